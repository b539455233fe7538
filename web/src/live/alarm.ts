// The alarm of a full venue: one long tone, again and again until somebody
// says that they have heard it.

let sound: AudioContext | undefined;

/** To be called from a tap or a key: browsers give sound to nothing else. */
export function openAlarm(): void {
  sound ??= new AudioContext();
  sound.resume().catch(() => {});
}

export function closeAlarm(): void {
  sound?.close().catch(() => {});
  sound = undefined;
}

/** One tone of 1.2 s that swells twice. */
export function soundAlarm(): void {
  if (sound?.state !== "running") return;
  const at = sound.currentTime;
  const wave = sound.createOscillator();
  const loud = sound.createGain();
  wave.type = "square"; // carries through a hall's noise
  wave.frequency.setValueAtTime(520, at);
  wave.frequency.linearRampToValueAtTime(700, at + 0.6);
  wave.frequency.linearRampToValueAtTime(520, at + 1.2);
  loud.gain.setValueAtTime(0.4, at);
  loud.gain.setTargetAtTime(0, at + 1.1, 0.03);
  wave.connect(loud).connect(sound.destination);
  wave.start(at);
  wave.stop(at + 1.3);
}

/** The alarms that nobody has heard yet; one that ended and comes again is new. */
export function unheard(full: readonly string[], heard: ReadonlySet<string>): readonly string[] {
  return full.filter((id) => !heard.has(id));
}

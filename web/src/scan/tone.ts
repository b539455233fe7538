// A verdict is heard too: one rising note, two low ones, or one long one.
import type { Verdict } from "./gate";

type Note = readonly [fromHz: number, toHz: number, startS: number, lengthS: number];

const tunes: Record<Exclude<Verdict["kind"], "signed_out">, readonly Note[]> = {
  admitted: [[660, 990, 0, 0.18]],
  exited: [[660, 660, 0, 0.12]],
  denied: [
    [200, 200, 0, 0.16],
    [160, 160, 0.22, 0.24],
  ],
  failed: [[440, 440, 0, 0.6]],
};

let sound: AudioContext | undefined;

/** To be called from a tap: browsers give sound to nothing else. */
export function openSound(): void {
  sound ??= new AudioContext();
  sound.resume().catch(() => {});
}

export function play(kind: keyof typeof tunes): void {
  if (sound?.state !== "running") return;
  for (const [from, to, start, length] of tunes[kind]) {
    const at = sound.currentTime + start;
    const wave = sound.createOscillator();
    const loud = sound.createGain();
    wave.type = "square"; // carries through a hall's noise
    wave.frequency.setValueAtTime(from, at);
    wave.frequency.linearRampToValueAtTime(to, at + length);
    loud.gain.setValueAtTime(0.4, at);
    loud.gain.setTargetAtTime(0, at + length * 0.8, 0.02);
    wave.connect(loud).connect(sound.destination);
    wave.start(at);
    wave.stop(at + length + 0.1);
  }
}

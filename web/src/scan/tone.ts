// A verdict is heard and felt too: one rising note for a yes, two low ones for
// a no, one long one where somebody has to look.
import type { Verdict } from "./gate";

export type Tune = "admitted" | "offline" | "exited" | "denied" | "attention";
type Note = readonly [fromHz: number, toHz: number, startS: number, lengthS: number];

const tunes: Record<Tune, readonly Note[]> = {
  admitted: [[660, 990, 0, 0.18]],
  offline: [
    [660, 990, 0, 0.18],
    [520, 520, 0.22, 0.4],
  ],
  exited: [[660, 660, 0, 0.12]],
  denied: [
    [200, 200, 0, 0.16],
    [160, 160, 0.22, 0.24],
  ],
  attention: [[440, 440, 0, 0.6]],
};

const shakes: Record<Tune, number | number[]> = {
  admitted: 80,
  offline: [80, 60, 240],
  exited: 40,
  denied: [120, 80, 120],
  attention: 400,
};

/** How a verdict sounds. A look-up lets nobody in and must not sound like it. */
export function tuneOf(v: Verdict): Tune {
  if (v.kind === "failed" || v.kind === "signed_out") return "attention";
  if (v.scan.look) return "exited";
  if (v.result === "admitted" && v.kind === "queued") return "offline";
  return v.result;
}

let sound: AudioContext | undefined;

/** To be called from a tap: browsers give sound to nothing else. */
export function openSound(): void {
  sound ??= new AudioContext();
  sound.resume().catch(() => {});
}

export function play(tune: Tune): void {
  navigator.vibrate?.(shakes[tune]);
  if (!sound) return;
  if (sound.state !== "running") sound.resume().catch(() => {}); // a call came in between
  for (const [from, to, start, length] of tunes[tune]) {
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

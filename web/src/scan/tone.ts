// A verdict is heard and felt too: one rising note for a yes, two low ones for
// a no, one long one where somebody has to look, three ticks for a look-up.
import type { Verdict } from "./gate";
import { remember, remembered } from "./remembered";

export type Tune = "admitted" | "offline" | "exited" | "denied" | "attention" | "would" | "would not";
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
  would: [
    [880, 880, 0, 0.04],
    [880, 880, 0.1, 0.04],
    [1320, 1320, 0.2, 0.06],
  ],
  "would not": [
    [880, 880, 0, 0.04],
    [880, 880, 0.1, 0.04],
    [330, 330, 0.2, 0.12],
  ],
};

const shakes: Record<Tune, number | number[]> = {
  admitted: 80,
  offline: [80, 60, 240],
  exited: 40,
  denied: [120, 80, 120],
  attention: 400,
  would: [30, 50, 30, 50, 30],
  "would not": [30, 50, 30, 50, 160],
};

/** Beside the phone's own volume, which no page can read or set. */
export const volumes = ["low", "middle", "high"] as const;
export type Volume = (typeof volumes)[number];
const gains: Record<Volume, number> = { low: 0.1, middle: 0.4, high: 1 };

export const volume = (): Volume => volumes.find((v) => v === remembered("volume")) ?? "middle";
export const setVolume = (v: Volume): void => remember("volume", v);

/** How a verdict sounds. A look-up lets nobody in and must not sound like it. */
export function tuneOf(v: Verdict): Tune {
  if (v.kind === "failed" || v.kind === "signed_out") return "attention";
  if (v.scan.look) return v.result === "denied" ? "would not" : "would";
  if (v.result === "admitted" && v.kind === "queued") return "offline";
  return v.result;
}

let sound: AudioContext | undefined;
const listeners = new Set<(runs: boolean) => void>();

const tell = () => {
  for (const l of listeners) l(soundRuns());
};

/** To be called from a tap: browsers give sound to nothing else. */
export function openSound(): void {
  try {
    if (!sound) {
      sound = new AudioContext();
      sound.addEventListener("statechange", tell);
    }
  } catch {
    return; // no sound to be had: the screen and the vibration tell it alone
  }
  sound.resume().catch(() => {});
}

/** False while the browser plays nothing: it wants a tap, or a call has taken the sound. */
export const soundRuns = (): boolean => sound?.state === "running";

/** Tells whenever sound begins or ends, until the returned function is called. */
export function onSound(listener: (runs: boolean) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
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
    loud.gain.setValueAtTime(gains[volume()], at);
    loud.gain.setTargetAtTime(0, at + length * 0.8, 0.02);
    wave.connect(loud).connect(sound.destination);
    wave.start(at);
    wave.stop(at + length + 0.1);
  }
}

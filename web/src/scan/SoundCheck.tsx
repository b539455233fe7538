// The verdicts as they sound, and how loud: nobody should learn at the first
// guest that the phone is silent.
import { useEffect, useState } from "preact/hooks";
import { onSound, openSound, play, setVolume, soundRuns, type Volume, volume, volumes } from "./tone";
import type { ScanSay } from "./words";

const samples = ["admitted", "denied", "attention"] as const;
/** For how long a browser may think before it counts as silent, in ms. */
const SOON_MS = 500;

export function SoundCheck({ t }: { readonly t: ScanSay }) {
  const [loud, setLoud] = useState<Volume>(volume);
  const [said, setSaid] = useState<"" | "played" | "silent">("");

  return (
    <fieldset class="sounds">
      <legend>{t("scan.sound.title")}</legend>
      <p class="hands">
        {samples.map((tune) => (
          <button
            type="button"
            key={tune}
            onClick={() => {
              openSound();
              play(tune);
              setSaid("played");
              setTimeout(() => setSaid(soundRuns() ? "played" : "silent"), SOON_MS);
            }}
          >
            <span aria-hidden="true">♪</span> {t(`scan.sound.${tune}`)}
          </button>
        ))}
      </p>
      <label class="field">
        <span>{t("scan.sound.volume")}</span>
        <input
          type="range"
          name="volume"
          min={0}
          max={volumes.length - 1}
          value={volumes.indexOf(loud)}
          aria-valuetext={t(`scan.sound.${loud}`)}
          onInput={(e) => {
            const chosen = volumes[e.currentTarget.valueAsNumber] ?? "middle";
            setVolume(chosen);
            setLoud(chosen);
          }}
        />
        <b>{t(`scan.sound.${loud}`)}</b>
      </label>
      <p class="hint" role="status">
        {said === "silent" ? t("scan.sound.silent") : said ? t("scan.sound.heard") : t("scan.sound.hint")}
      </p>
    </fieldset>
  );
}

/** Whether the browser plays sounds now; until it has been heard to be silent it counts as playing. */
export function useSound(): boolean {
  const [runs, setRuns] = useState(true);
  useEffect(() => {
    const soon = setTimeout(() => setRuns(soundRuns()), SOON_MS);
    const stop = onSound(setRuns);
    return () => {
      clearTimeout(soon);
      stop();
    };
  }, []);
  return runs;
}

// Before a shift: which gate, which way, and one tap that opens everything a
// browser gives to a tap alone.
import { useState } from "preact/hooks";
import { type Lang, local } from "../say/say";
import type { Direction, Gate, Venue } from "../server/shapes";
import type { View } from "./phone";
import { remember, remembered } from "./remembered";
import { SoundCheck } from "./SoundCheck";
import { SunSwitch } from "./SunSwitch";
import { openSound, play } from "./tone";
import type { ScanSay } from "./words";

interface Props {
  readonly gates: readonly Gate[];
  readonly venues: readonly Venue[];
  readonly view: View;
  readonly t: ScanSay;
  readonly lang: Lang;
  readonly onStart: (gate: Gate, direction: Direction) => void;
}

export function Start({ gates, venues, view, t, lang, onStart }: Props) {
  const [chosen, setChosen] = useState(() => remembered("gate"));
  const [direction, setDirection] = useState<Direction>("in");
  const gate = gates.find((g) => g.id === chosen) ?? gates[0];
  if (!gate) return <p class="note">{t("scan.nogates")}</p>;
  const venueName = (g: Gate) => local(venues.find((v) => v.id === g.venue)?.name, lang);
  return (
    <form
      class="start"
      onSubmit={(e) => {
        e.preventDefault();
        openSound();
        play("admitted"); // heard now, or the volume is too low for the shift
        remember("gate", gate.id);
        // The queue must not be what a phone short of room throws away.
        navigator.storage?.persist?.().catch(() => {});
        onStart(gate, gate.direction === "both" ? direction : gate.direction);
      }}
    >
      {view.waiting > 0 && (
        <p class="note attention" role="status">
          {t(view.online ? "scan.sending" : "scan.offline_text", { n: view.waiting })}
        </p>
      )}
      <label class="field">
        <span>{t("scan.gate")}</span>
        <select name="gate" value={gate.id} onChange={(e) => setChosen(e.currentTarget.value)}>
          {gates.map((g) => (
            <option key={g.id} value={g.id}>
              {[venueName(g), local(g.name, lang) || g.id].filter(Boolean).join(" · ")}
            </option>
          ))}
        </select>
      </label>
      {gate.direction === "both" && (
        <fieldset class="ways">
          <legend>{t("scan.direction")}</legend>
          {(["in", "out"] as const).map((d) => (
            <label key={d}>
              <input
                type="radio"
                name="direction"
                value={d}
                checked={d === direction}
                onChange={() => setDirection(d)}
              />
              <span>{t(`scan.${d}`)}</span>
            </label>
          ))}
        </fieldset>
      )}
      <button type="submit" class="main">
        {t("scan.start")}
      </button>
      <p class="hint">{t("scan.start_hint")}</p>
      <SoundCheck t={t} />
      <SunSwitch t={t} />
    </form>
  );
}

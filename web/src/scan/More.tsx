// What a shift needs now and then, away from the thumb.
import { useEffect, useState } from "preact/hooks";
import { clock, type Lang, local, type Text } from "../say/say";
import type { Camera, Lens } from "./camera";
import { remember } from "./remembered";
import { Search } from "./Search";
import { SoundCheck } from "./SoundCheck";
import { SunSwitch } from "./SunSwitch";
import type { Conflict } from "./shelf";
import { because, type ScanSay } from "./words";

interface Props {
  readonly t: ScanSay;
  readonly lang: Lang;
  readonly event: string;
  readonly camera: Camera | undefined;
  /** Whether this operator may read the roster. */
  readonly reads: boolean;
  readonly look: boolean;
  readonly conflicts: readonly Conflict[];
  readonly gateName: (id: string) => Text | undefined;
  readonly onLook: (on: boolean) => void;
  readonly onToken: (token: string) => void;
  readonly onDismiss: (scanId: string) => void;
  readonly onEnd: () => void;
  readonly onSignedOut: () => void;
}

export function More(props: Props) {
  const { t, lang, camera, conflicts } = props;
  const [lenses, setLenses] = useState<readonly Lens[]>([]);
  const [lens, setLens] = useState(camera?.lens ?? "");

  useEffect(() => {
    camera?.lenses().then(setLenses);
  }, [camera]);

  return (
    <div class="more">
      {conflicts.length > 0 && (
        <section>
          <h2>{t("scan.conflicts.title")}</h2>
          <p class="hint">{t("scan.conflicts.hint")}</p>
          <ul class="conflicts">
            {conflicts.map((c) => (
              <li key={c.scan_id}>
                <p>
                  <b class="number">{clock(c.scanned_at, lang)}</b>{" "}
                  {t("scan.conflicts.shown", { word: t(`scan.verdict.${c.verdict}`) })}{" "}
                  <span dir="auto">{local(props.gateName(c.gate), lang) || c.gate}</span>
                </p>
                <p>{because(t, { reason: c.reason }, props.gateName, lang)}</p>
                <button type="button" onClick={() => props.onDismiss(c.scan_id)}>
                  {t("scan.conflicts.seen")}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <label class="tick">
        <input type="checkbox" checked={props.look} onChange={(e) => props.onLook(e.currentTarget.checked)} />
        <span>
          <b>{t("scan.look")}</b>
          <small>{t("scan.look_hint")}</small>
        </span>
      </label>
      {props.reads && (
        <Search t={t} event={props.event} onToken={props.onToken} onSignedOut={props.onSignedOut} />
      )}
      {lenses.length > 1 && (
        <label class="field">
          <span>{t("scan.camera.choose")}</span>
          <select
            value={lens}
            onChange={(e) => {
              setLens(e.currentTarget.value);
              remember("camera", e.currentTarget.value);
              camera?.open(e.currentTarget.value);
            }}
          >
            {lenses.map((l, i) => (
              <option key={l.id} value={l.id}>
                {l.label || t("scan.camera.nth", { n: i + 1 })}
              </option>
            ))}
          </select>
        </label>
      )}
      <SunSwitch t={t} />
      <SoundCheck t={t} />
      <p class="hands">
        <button type="button" onClick={props.onEnd}>
          {t("scan.stop")}
        </button>
      </p>
    </div>
  );
}

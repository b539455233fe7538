import { useEffect, useRef, useState } from "preact/hooks";
import type { Lang } from "../../say/say";
import { deskSay } from "../words";

/** Something to tell: done, with a way back where there is one, or not done. */
export interface Told {
  readonly text: string;
  readonly bad: boolean;
  readonly undo?: (() => Promise<void>) | undefined;
}

/** How long good news stays in view, in ms; bad news waits to be read. */
const STAYS_MS = 12_000;

/** Tells what was done, at the foot of the page. */
export function Notice({ told, lang, onClose }: { told: Told | undefined; lang: Lang; onClose: () => void }) {
  const t = deskSay(lang);
  const [busy, setBusy] = useState(false);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    if (!told || told.bad || busy) return;
    const timer = setTimeout(() => close.current(), STAYS_MS);
    return () => clearTimeout(timer);
  }, [told, busy]);
  const { undo } = told ?? {};
  return (
    <div class="notice" role="status">
      {told && (
        <p class={told.bad ? "told attention" : "told"}>
          <span dir="auto">{told.text}</span>
          {undo && (
            <button
              type="button"
              disabled={busy}
              onClick={async () => {
                setBusy(true);
                await undo();
                setBusy(false);
              }}
            >
              {t("desk.undo")}
            </button>
          )}
          <button type="button" class="plain" onClick={onClose}>
            {t("desk.close")}
          </button>
        </p>
      )}
    </div>
  );
}

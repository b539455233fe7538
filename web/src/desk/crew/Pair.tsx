import { useEffect, useRef, useState } from "preact/hooks";
import { call, of } from "../../server/client";
import type { NewOperator, Operator, Pairing } from "../../server/shapes";
import { Code } from "../pieces/Code";
import { Panel } from "../pieces/Panel";
import type { Work } from "../work";
import { crewSay } from "./words";

/** How long a pairing link is good for; counted here, as clocks may differ. */
const GOOD_MS = 15 * 60_000;
/** How often is looked whether the phone has signed in. */
const LOOK_MS = 2000;
const TICK_MS = 1000;

interface Props {
  readonly work: Work;
  readonly operator: Operator;
  /** Where the operator was made just now: the only time that the key is known. */
  readonly made: NewOperator | undefined;
  readonly onClose: () => void;
}

interface Link {
  readonly url: string;
  /** By this device's clock. */
  readonly until: number;
}

/** Shows a phone how to sign in as an operator: a code to scan, once, within 15 minutes. */
export function Pair({ work, operator, made, onClose }: Props) {
  const { event, lang, fail } = work;
  const t = crewSay(lang);
  const [link, setLink] = useState<Link | undefined>(
    made?.pairing_url ? { url: made.pairing_url, until: Date.now() + GOOD_MS } : undefined,
  );
  const [now, setNow] = useState(Date.now());
  const [paired, setPaired] = useState(false);
  const before = useRef<string>(undefined);
  const path = of(event, "operators", operator.id);

  async function renew() {
    const answer = await call<Pairing>("POST", `${path}/pairing`);
    if (answer.kind !== "ok") return fail(answer);
    setPaired(false);
    setLink({ url: answer.value.pairing_url, until: Date.now() + GOOD_MS });
  }

  useEffect(() => {
    if (!link) renew();
    const tick = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(tick);
  }, []);

  // The code is used up as soon as a phone has signed in with it.
  useEffect(() => {
    if (!link || paired) return;
    let known = false;
    const look = async () => {
      const answer = await call<Operator>("GET", path);
      if (answer.kind !== "ok") return;
      const at = answer.value.signed_in_at;
      if (!known) before.current = at;
      else if (at !== before.current) setPaired(true);
      known = true;
    };
    look();
    const again = setInterval(() => document.hidden || look(), LOOK_MS);
    return () => clearInterval(again);
  }, [link, paired, path]);

  const left = link ? Math.min(GOOD_MS / TICK_MS, Math.max(0, Math.ceil((link.until - now) / TICK_MS))) : 0;
  const two = (n: number) => String(n).padStart(2, "0");
  const host = link && new URL(link.url).hostname;
  return (
    <Panel title={t("crew.pair_of", { name: operator.name })} lang={lang} onClose={onClose}>
      <div class="pairing">
        {paired ? (
          <p class="paired" role="status">
            {t("crew.paired", { name: operator.name })}
          </p>
        ) : (
          link &&
          (left > 0 ? (
            <>
              <p>{t("crew.pair_how")}</p>
              <Code text={link.url} label={t("crew.pair_code", { name: operator.name })} />
              <p class="number" role="timer">
                {t("crew.left", { time: `${Math.floor(left / 60)}:${two(left % 60)}` })}
              </p>
              {host && LOOPBACK.test(host) && <p class="note attention">{t("crew.loopback", { host })}</p>}
            </>
          ) : (
            <p class="note attention" role="status">
              {t("crew.over")}
            </p>
          ))
        )}
        <div class="does">
          <button type="button" class={!paired && left === 0 ? "main" : ""} onClick={renew}>
            {t("crew.renew")}
          </button>
          {paired && (
            <button type="button" class="main" onClick={onClose}>
              {t("crew.ready")}
            </button>
          )}
        </div>
        {made && (
          <details>
            <summary>{t("crew.by_key")}</summary>
            <p class="hint">{t("crew.key_hint")}</p>
            <code class="key">{made.key}</code>
          </details>
        )}
      </div>
    </Panel>
  );
}

/** Addresses that lead every device to itself. */
const LOOPBACK = /^(localhost|127\.|\[::1\])/;

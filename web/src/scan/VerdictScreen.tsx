// The verdict covers everything and is readable at two metres. Colour, icon,
// word and layout each tell it alone.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Lang, local, type Text } from "../say/say";
import { isUnknownNumber, type Verdict } from "./gate";
import { canOverride } from "./rules";
import { heading, type ScanSay, why } from "./words";

/** Which of the screen's layouts a verdict has. */
export type Look = "admitted" | "offline" | "exited" | "denied" | "failed" | "would";

export function lookOf(v: Verdict): Look {
  if (v.kind === "failed" || v.kind === "signed_out") return "failed";
  if (v.scan.look) return "would";
  return v.kind === "queued" && v.result === "admitted" ? "offline" : v.result;
}

export const marks: Record<Look, string> = {
  admitted: "✓",
  offline: "✓",
  exited: "↩",
  denied: "✕",
  failed: "!",
  would: "?",
};

interface Props {
  readonly verdict: Verdict;
  readonly held: boolean;
  readonly gateName: (id: string) => Text | undefined;
  readonly categoryName: (id: string) => Text | undefined;
  /** Whether this operator may let a person in against the rules. */
  readonly overrides: boolean;
  readonly t: ScanSay;
  readonly lang: Lang;
  readonly onHold: () => void;
  readonly onNext: () => void;
  readonly onRetry: () => void;
  readonly onOverride: (reason: string) => void;
}

export function VerdictScreen(props: Props) {
  const { verdict, held, t, lang } = props;
  const [overriding, setOverriding] = useState(false);
  const screen = useRef<HTMLDivElement>(null);

  // Whoever works by keyboard goes on where they were.
  useLayoutEffect(() => {
    const before = document.activeElement;
    return () => {
      if (before instanceof HTMLElement && before.isConnected) setTimeout(() => before.focus());
    };
  }, []);

  // At once: the next key may be on its way already.
  useLayoutEffect(() => {
    setOverriding(false);
    screen.current?.focus();
  }, [verdict]);

  const look = lookOf(verdict);
  const told = verdict.kind === "decided" || verdict.kind === "queued" ? verdict : undefined;
  const denied = told?.result === "denied";
  const mayOverride =
    props.overrides && denied && !told.scan.look && told.scan.direction === "in" && canOverride(told.reason);
  const person = told?.person;
  const count = told?.count;
  const reason = why(t, verdict, props.gateName, lang);
  const button = (label: string, press: () => void) => (
    <button
      type="button"
      onClick={(e) => {
        e.stopPropagation();
        press();
      }}
    >
      {label}
    </button>
  );
  return (
    <div
      class={`verdict ${look}`}
      role="alertdialog"
      aria-modal="true"
      aria-labelledby="verdict-word"
      aria-describedby="verdict-why"
      tabIndex={-1}
      ref={screen}
      onClick={props.onHold}
      onKeyDown={(e) => {
        if (e.key === "Escape") props.onNext();
        if (e.key === " " && e.target === e.currentTarget) {
          e.preventDefault();
          props.onHold();
        }
      }}
    >
      {!overriding && (
        <span class="sign" aria-hidden="true">
          {marks[look]}
        </span>
      )}
      <h2 id="verdict-word">{heading(t, verdict)}</h2>
      <div id="verdict-why">
        {reason && !overriding && <p class="why">{reason}</p>}
        {told?.scan.look && <p>{t("scan.would.text")}</p>}
        {told?.forced && <p>{t("scan.forced")}</p>}
      </div>
      {person && (
        <p class={`person ${step(person.name)}`}>
          <span dir="auto">{person.name}</span>
          {person.name_latin && person.name_latin !== person.name && (
            <>
              {" "}
              <small dir="auto">{person.name_latin}</small>
            </>
          )}
        </p>
      )}
      {person?.organization && !overriding && <p dir="auto">{person.organization}</p>}
      {told?.category && !overriding && (
        <p class="category">{local(props.categoryName(told.category), lang) || told.category}</p>
      )}
      {told?.note === "not_inside" && <p>{t("scan.not_inside")}</p>}
      {told?.replayed && <p>{t("scan.replayed")}</p>}
      {verdict.kind === "queued" && !told?.scan.look && (
        <p>{t(verdict.lasting ? "scan.by_phone" : "scan.not_lasting")}</p>
      )}
      {count && !overriding && (
        <p class="count number">
          {count.capacity > 0
            ? t("scan.inside_of", { inside: count.inside, capacity: count.capacity })
            : t("scan.inside", { inside: count.inside })}
        </p>
      )}
      {overriding ? (
        <Override t={t} onOverride={props.onOverride} onNext={props.onNext} />
      ) : (
        <p class="hands">
          {verdict.kind === "failed" && !isUnknownNumber(verdict) && button(t("scan.check"), props.onRetry)}
          {(held || look === "denied" || look === "failed" || look === "would") &&
            button(t("scan.dismiss"), props.onNext)}
          {mayOverride &&
            button(t("scan.override.open"), () => {
              props.onHold();
              setOverriding(true);
            })}
        </p>
      )}
    </div>
  );
}

/** Names shrink in two steps, then they wrap; a Chinese character is as wide as two letters. */
function step(name: string): "" | "long" | "longest" {
  const width = [...name].reduce((n, c) => n + (c > "\u2e80" ? 2 : 1), 0);
  if (width <= 14) return "";
  return width <= 30 ? "long" : "longest";
}

const usual = ["met", "desk", "escort"] as const;

function Override({ t, onOverride, onNext }: Pick<Props, "t" | "onOverride" | "onNext">) {
  const [reason, setReason] = useState("");
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: it only keeps taps here from the screen behind
    <form
      class="override"
      onClick={(e) => e.stopPropagation()}
      onSubmit={(e) => {
        e.preventDefault();
        if (reason.trim()) onOverride(reason.trim());
      }}
    >
      <label class="field">
        <span>{t("scan.override.why")}</span>
        <input
          name="reason"
          value={reason}
          maxLength={200}
          required
          autocomplete="off"
          onInput={(e) => setReason(e.currentTarget.value)}
        />
      </label>
      <p class="hands">
        {usual.map((key) => (
          <button type="button" key={key} onClick={() => setReason(t(`scan.override.${key}`))}>
            {t(`scan.override.${key}`)}
          </button>
        ))}
      </p>
      <button type="submit">{t("scan.override.do")}</button>
      <button type="button" onClick={onNext}>
        {t("scan.override.not")}
      </button>
    </form>
  );
}

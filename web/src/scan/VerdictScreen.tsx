// The verdict covers everything and is readable at two metres. Colour, icon,
// word and layout each tell it alone.
import { useEffect, useRef, useState } from "preact/hooks";
import { type Lang, local, type Text } from "../say/say";
import type { Gate } from "../server/shapes";
import type { Verdict } from "./gate";
import { because, helpDesk, type ScanSay } from "./words";

type Shown = Exclude<Verdict, { kind: "signed_out" }>;

const marks: Record<Shown["kind"], string> = { admitted: "✓", exited: "↩", denied: "✕", failed: "!" };

/** How long a verdict stays, in ms: a no has more to read, and no answer waits for a hand. */
const stays: Record<Shown["kind"], number> = { admitted: 1200, exited: 1200, denied: 4000, failed: Infinity };

interface Props {
  readonly verdict: Shown;
  readonly gates: readonly Gate[];
  readonly categoryName: (id: string) => Text | undefined;
  readonly t: ScanSay;
  readonly lang: Lang;
  readonly onNext: () => void;
  readonly onRetry: () => void;
}

export function VerdictScreen({ verdict, gates, categoryName, t, lang, onNext, onRetry }: Props) {
  const [held, setHeld] = useState(false);
  const holding = useRef(false);
  const screen = useRef<HTMLDivElement>(null);

  useEffect(() => {
    holding.current = false;
    setHeld(false);
    screen.current?.focus();
    const ms = stays[verdict.kind];
    if (ms === Infinity) return;
    const timer = setTimeout(() => {
      if (!holding.current) onNext();
    }, ms);
    return () => clearTimeout(timer);
  }, [verdict, onNext]);

  const answer = verdict.kind === "failed" ? undefined : verdict.answer;
  const person = answer?.attendee;
  const category = person?.category || answer?.badge?.category;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a tap holds the screen; keys have the buttons
    <div
      class={`verdict ${verdict.kind}`}
      role="alertdialog"
      aria-modal="true"
      aria-labelledby="verdict-word"
      tabIndex={-1}
      ref={screen}
      onClick={() => {
        holding.current = true;
        setHeld(true);
      }}
    >
      <span class="sign" aria-hidden="true">
        {marks[verdict.kind]}
      </span>
      <h2 id="verdict-word">{t(`scan.verdict.${verdict.kind}`)}</h2>
      {verdict.kind === "failed" && <p class="why">{verdict.detail || t("scan.failed_text")}</p>}
      {answer && verdict.kind === "denied" && (
        <p class="why">
          {because(t, answer, (id) => gates.find((g) => g.id === id)?.name, lang)}{" "}
          {helpDesk(answer.reason) && t("scan.desk")}
        </p>
      )}
      {person && (
        <p class="person" dir="auto">
          {person.name}
          {person.name_latin && person.name_latin !== person.name && (
            <small dir="auto"> {person.name_latin}</small>
          )}
        </p>
      )}
      {person?.organization && <p dir="auto">{person.organization}</p>}
      {category && <p class="category">{local(categoryName(category), lang) || category}</p>}
      {answer?.note === "not_inside" && <p>{t("scan.not_inside")}</p>}
      {answer?.replayed && <p>{t("scan.replayed")}</p>}
      {answer?.venue && (
        <p class="count number">
          {answer.venue.capacity > 0
            ? t("scan.inside_of", { inside: answer.venue.inside, capacity: answer.venue.capacity })
            : t("scan.inside", { inside: answer.venue.inside })}
        </p>
      )}
      <p class="hands">
        {verdict.kind === "failed" && (
          <button type="button" onClick={onRetry}>
            {t("scan.check")}
          </button>
        )}
        {(held || verdict.kind !== "admitted") && (
          <button
            type="button"
            onClick={(e) => {
              e.stopPropagation();
              onNext();
            }}
          >
            {t("scan.dismiss")}
          </button>
        )}
      </p>
    </div>
  );
}

// What the last verdict said, for whoever looked up too late. It goes by itself
// and is kept nowhere.
import { useEffect, useState } from "preact/hooks";
import type { Lang, Text } from "../say/say";
import type { Verdict } from "./gate";
import { lookOf, marks } from "./VerdictScreen";
import { type ScanSay, said } from "./words";

const PAST_MS = 30_000;

interface Props {
  readonly verdict: Verdict | undefined;
  readonly categoryName: (id: string) => Text | undefined;
  readonly t: ScanSay;
  readonly lang: Lang;
}

export function Past({ verdict, categoryName, t, lang }: Props) {
  const [over, setOver] = useState<Verdict>();
  useEffect(() => {
    if (!verdict) return;
    const timer = setTimeout(() => setOver(verdict), PAST_MS);
    return () => clearTimeout(timer);
  }, [verdict]);
  // The line is always there: else the picture above would jump at every badge.
  return (
    <p class="past">
      {verdict && verdict !== over && (
        <>
          <span aria-hidden="true">{marks[lookOf(verdict)]}</span>{" "}
          {t("scan.last", { said: said(t, verdict, categoryName, lang) })}
        </>
      )}
    </p>
  );
}

// What a row of the journal says, in words.
import { type Lang, plural } from "../../say/say";
import { REASONS } from "../../server/reasons";
import type { Row } from "../../server/shapes";
import type { RecordSay } from "./words";

export interface Said {
  readonly sign: string;
  readonly tone: "good" | "bad" | "attention" | "calm";
  readonly title: string;
  readonly more: string;
}

const NOTES = [
  "not_inside",
  "clock_skew",
  "late",
  "not_moved",
  "undone",
  "shown",
  "auto_exit",
  "exclusive",
  "unverified",
] as const;

const THINGS = ["event", "category", "venue", "gate", "operator", "key"] as const;

/** The phrase of a word that has one; the word itself of a newer server's. */
function phrase<W extends string>(known: readonly W[], word: string | undefined, say: (word: W) => string) {
  const one = known.find((w) => w === word);
  return one ? say(one) : (word ?? "");
}

export function what(row: Row, t: RecordSay, lang: Lang): Said {
  switch (row.kind) {
    case "scan":
      return scan(row, t);
    case "undo":
      return said("↶", "calm", t("record.undo"), [
        t(`record.result.${row.result === "exited" ? "exited" : "admitted"}`),
      ]);
    case "exit":
      return said("↩", "calm", t("record.exit"), [note(row, t)]);
    case "badge":
      return said(
        "▣",
        "calm",
        phrase(["issued", "replaced", "revoked"], row.note, (n) => t(`record.badges.${n}`)),
        [row.why],
      );
    case "roster": {
      const [, about] = (row.subject ?? "").split("/");
      if (row.note === "put")
        return said("≡", "calm", t(`record.people_${plural(Number(about), lang)}`, { n: about ?? "" }), []);
      return said(
        "≡",
        "calm",
        phrase(["created", "updated", "erased"], row.note, (n) => t(`record.person.${n}`)),
        [],
      );
    }
    case "config": {
      const [thing, id] = (row.subject ?? "").split("/");
      const name = phrase(THINGS, thing, (w) => t(`record.thing.${w}`));
      return said("⚙", "calm", t(row.note === "drop" ? "record.dropped" : "record.set", { thing: name }), [
        id,
      ]);
    }
    default:
      return said("·", "calm", row.kind, []);
  }
}

function scan(row: Row, t: RecordSay): Said {
  const because = phrase(REASONS, row.conflict ?? row.reason, (r) => t(`live.reason.${r}`));
  const more = [because, row.why, row.offline && t("record.offline"), note(row, t)];
  if (row.conflict) {
    const title = row.result === "denied" ? t("record.conflict_denied") : t("record.conflict");
    return said("!", "attention", title, more);
  }
  if (row.forced) return said("!", "attention", t("record.forced"), more);
  if (row.result === "denied") return said("✕", "bad", t("record.result.denied"), more);
  if (row.result === "exited") return said("↩", "calm", t("record.result.exited"), more);
  return said("✓", "good", t("record.result.admitted"), more);
}

const note = (row: Row, t: RecordSay) => phrase(NOTES, row.note, (n) => t(`record.note.${n}`));

const said = (
  sign: string,
  tone: Said["tone"],
  title: string,
  more: readonly (string | false | undefined)[],
): Said => ({ sign, tone, title, more: more.filter(Boolean).join(" · ") });

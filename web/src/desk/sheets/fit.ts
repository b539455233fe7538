// How large a text is printed, so that any name of any script fits its card:
// the same steps as on the attendee's page (extent and nameSize in web/badge.go).

export type Size = "large" | "middle" | "small" | "least";

const MARKS = /[\p{Mn}\p{Me}\p{Cf}]/u;
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/**
 * A text in Latin letters: how long it is, and how long its longest part that
 * no line break may enter. A Chinese character counts two and may stand at any
 * line's end; marks above and below count nothing.
 */
export function extent(text: string): { total: number; longest: number } {
  let total = 0;
  let longest = 0;
  let word = 0;
  for (const letter of text) {
    if (MARKS.test(letter)) continue;
    if (WIDE.test(letter)) {
      total += 2;
      word = 0;
    } else if (letter === "-" || /\s/.test(letter)) {
      total++;
      word = 0;
    } else {
      total++;
      word++;
    }
    longest = Math.max(longest, word);
  }
  return { total, longest };
}

export function nameSize(name: string): Size {
  const { total, longest } = extent(name);
  if (total <= 22 && longest <= 11) return "large";
  if (total <= 44 && longest <= 17) return "middle";
  return total <= 90 ? "small" : "least";
}

/** For an event's name or an organization: they may take three lines. */
export function lineSize(...lines: readonly string[]): Size {
  const most = Math.max(0, ...lines.map((l) => extent(l).total));
  if (most <= 36) return "large";
  if (most <= 72) return "middle";
  return most <= 140 ? "small" : "least";
}

// Names in the two languages of the pages, and ids made from them.
import type { Text } from "../say/say";

export interface Names {
  readonly zh: string;
  readonly en: string;
}

export const NO_NAMES: Names = { zh: "", en: "" };

const isIn = (tag: string, lang: keyof Names) => tag.toLowerCase().split(/[-_]/)[0] === lang;

/** A text's words in both languages; a plain one stands in both until one is changed. */
export function namesOf(text: Text | undefined): Names {
  if (text === undefined || typeof text === "string") return { zh: text ?? "", en: text ?? "" };
  const find = (lang: keyof Names) => Object.entries(text).find(([tag]) => isIn(tag, lang))?.[1] ?? "";
  return { zh: find("zh"), en: find("en") };
}

/** The names as a new thing's, those that are there. */
export function textOf({ zh, en }: Names): Record<string, string> {
  return { ...(zh.trim() ? { zh: zh.trim() } : {}), ...(en.trim() ? { en: en.trim() } : {}) };
}

/**
 * The names as a merge patch (RFC 7396) of what there is: an emptied language is
 * taken away, languages that the page doesn't show stay.
 */
export function patchOf(names: Names, old: Text | undefined): Record<string, string | null> {
  const patch: Record<string, string | null> = {};
  const tags = typeof old === "object" ? Object.keys(old) : [];
  for (const lang of ["zh", "en"] as const) {
    const tag = tags.find((t) => isIn(t, lang));
    const words = names[lang].trim();
    if (words) patch[tag ?? lang] = words;
    else if (tag) patch[tag] = null;
  }
  return patch;
}

export const isNamed = ({ zh, en }: Names): boolean => Boolean(zh.trim() || en.trim());

/** 1 to 32 of a-z, 0-9 and inner hyphens. */
export const isId = (id: string): boolean => /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(id);

/** An event's id up to this long keeps the code on badges coarse and quick to read. */
export const SHORT_ID = 9;

const SMALL = new Set("a an and at de der des die du for in la le of on the und".split(" "));

/**
 * An id for an event of this English name: the name itself where it is short,
 * else its initials and its number or year. "" where there is nothing to go by.
 */
export function idFor(name: string): string {
  const words = name
    .normalize("NFKD")
    .replace(/['’\p{M}]/gu, "")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  const whole = words.join("-");
  if (whole.length <= SHORT_ID) return whole;
  const numbers = words.filter((w) => /^\d/.test(w)).map((w) => w.replace(/\D+$/, ""));
  const telling = words.filter((w) => /^[a-z]/.test(w) && !SMALL.has(w));
  const number = (numbers[0] ?? "").slice(-2);
  const letters = telling.length === 1 ? (telling[0] ?? "") : telling.map((w) => w[0]).join("");
  return letters.slice(0, SHORT_ID - number.length) + number;
}

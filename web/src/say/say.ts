// Phrases of the pages, in the reader's language. The texts stand in
// locales/, which the Go templates read too.

export type Lang = "zh" | "en";

/** A localized text of the server's, or a plain one. */
export type Text = string | Readonly<Record<string, string>>;

type Tree = { readonly [key: string]: string | Tree };

/** The dotted paths to all texts of a tree: "scan.title". */
type Keys<T> = {
  [K in keyof T & string]: T[K] extends string ? K : `${K}.${Keys<T[K]>}`;
}[keyof T & string];

export type Say<T> = (key: Keys<T>, blanks?: Readonly<Record<string, string | number>>) => string;

/** Chooses among both languages' trees, which have the same shape. */
export function speaker<T extends Tree>(both: Readonly<Record<Lang, T>>, lang: Lang): Say<T> {
  return (key, blanks = {}) => {
    let found: string | Tree | undefined = both[lang];
    for (const part of key.split(".")) found = typeof found === "object" ? found[part] : undefined;
    if (typeof found !== "string") throw new Error(`no phrase ${key}`);
    return found.replace(/\{([a-z_]+)\}/g, (whole, name: string) => String(blanks[name] ?? whole));
  };
}

const speaks = (tag: string): Lang | undefined => {
  const base = tag.toLowerCase().split(/[-_]/)[0];
  return base === "zh" || base === "en" ? base : undefined;
};

/** What was asked for in the address, else chosen before, else the device's. */
export function pickLang(asked: string | null, kept: string | null, preferred: readonly string[]): Lang {
  for (const tag of [asked, kept, ...preferred]) {
    const lang = tag && speaks(tag);
    if (lang) return lang;
  }
  return "en";
}

/** The text in the language, else in the other one, else in any. */
export function local(text: Text | undefined, lang: Lang): string {
  if (text === undefined || typeof text === "string") return text ?? "";
  for (const wanted of [lang, "en", "zh"]) {
    for (const [tag, words] of Object.entries(text)) if (words && speaks(tag) === wanted) return words;
  }
  return Object.values(text).find(Boolean) ?? "";
}

const KEPT = "lanyard.lang";

/** The page's language, which also becomes the document's. */
export function pageLang(): Lang {
  const asked = new URLSearchParams(location.search).get("lang");
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(KEPT);
    if (asked && speaks(asked)) localStorage.setItem(KEPT, asked);
  } catch {
    // Storage may be closed to us: the device's language will do.
  }
  const lang = pickLang(asked, kept, navigator.languages);
  document.documentElement.lang = lang;
  return lang;
}

/** Which of the phrases "…_one" and "…_other" is said of so many. */
export const plural = (n: number, lang: Lang): "one" | "other" =>
  new Intl.PluralRules(lang).select(n) === "one" ? "one" : "other";

/** A number as the language groups it, "12,500". */
export const amount = (n: number, lang: Lang): string => n.toLocaleString(lang === "zh" ? "zh-CN" : "en-GB");

/** A time of day on this device's clock, "09:14". */
export function clock(at: string | number | Date, lang: Lang, seconds = false): string {
  return new Date(at).toLocaleTimeString(lang === "zh" ? "zh-CN" : "en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}),
    hour12: false,
  });
}

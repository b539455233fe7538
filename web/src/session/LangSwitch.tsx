import type { Lang } from "../say/say";

/** The link to this page in the other language. */
export function LangSwitch({ lang, label }: { lang: Lang; label: string }) {
  const to = lang === "zh" ? "en" : "zh";
  return (
    <a class="switch" href={`?lang=${to}`} lang={to} hreflang={to} rel="alternate">
      {label}
    </a>
  );
}

import { useEffect, useReducer } from "preact/hooks";
import type { Lang } from "../say/say";
import { addressWith } from "./chosen";

/** The link to this page, as it is now, in the other language. */
export function LangSwitch({ lang, label }: { lang: Lang; label: string }) {
  const to = lang === "zh" ? "en" : "zh";
  const [, lookAgain] = useReducer((n: number, _: Event) => n + 1, 0);
  useEffect(() => {
    addEventListener("hashchange", lookAgain);
    return () => removeEventListener("hashchange", lookAgain);
  }, []);
  return (
    <a class="switch" href={addressWith(location, { lang: to })} lang={to} hreflang={to} rel="alternate">
      {label}
    </a>
  );
}

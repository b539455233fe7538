import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Work } from "../work";
import { rosterSay } from "./words";

interface Props {
  readonly title: string;
  readonly lang: Work["lang"];
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** What is open of the roster, beside the list; on a phone in its place. */
export function Beside({ title, lang, onClose, children }: Props) {
  const t = rosterSay(lang);
  const heading = useRef<HTMLHeadingElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const first = heading.current?.closest("section")?.querySelector("form input");
    if (first instanceof HTMLElement) first.focus();
    else heading.current?.focus();
    // Also when the button that had the focus is gone.
    const press = (e: KeyboardEvent) => {
      if (e.key !== "Escape" || e.isComposing || e.defaultPrevented) return;
      e.preventDefault();
      close.current();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  return (
    <section class="beside" aria-labelledby="beside-title">
      <header class="head">
        <h2 id="beside-title" ref={heading} tabIndex={-1} dir="auto">
          {title}
        </h2>
        <button type="button" class="plain" onClick={onClose}>
          {t("roster.back")}
        </button>
      </header>
      {children}
    </section>
  );
}

import { useEffect, useRef, useState } from "preact/hooks";
import { local } from "../../say/say";
import type { Category } from "../../server/shapes";
import type { Work } from "../work";
import { soughtBy } from "./sought";
import type { Ask } from "./usePeople";
import { rosterSay } from "./words";

interface Props {
  readonly lang: Work["lang"];
  readonly ask: Ask;
  readonly onAsk: (ask: Ask) => void;
  readonly categories: readonly Category[];
  /** How many are found, in words. */
  readonly found: string;
  /** The focus is to go into the list. */
  readonly onEnter: () => void;
  /** Opens the person at the row where the focus would be, once what was typed has been looked for. */
  readonly onOpen: () => void;
}

const PAUSE_MS = 150; // after the last key before the server is asked

const STATES = ["", "active", "none"] as const;

/** The search: what is typed narrows the list, the arrows walk through it. */
export function Finder({ lang, ask, onAsk, categories, found, onEnter, onOpen }: Props) {
  const t = rosterSay(lang);
  const [typed, setTyped] = useState(ask.q);
  const search = useRef<HTMLInputElement>(null);
  const latest = useRef(onAsk);
  latest.current = onAsk;

  const q = soughtBy(typed);
  useEffect(() => {
    if (q === ask.q) return;
    const timer = setTimeout(() => latest.current({ ...ask, q }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [q, ask]);
  useEffect(() => {
    // On a phone the focus would bring up the keyboard over the list.
    if (matchMedia("(pointer: fine)").matches) search.current?.focus({ preventScroll: true });
    const slash = (e: KeyboardEvent) => {
      const typing = e.target instanceof Element && e.target.matches("input, select, textarea");
      if (e.key !== "/" || typing || e.ctrlKey || e.metaKey || e.altKey) return;
      e.preventDefault();
      search.current?.focus();
      search.current?.select();
    };
    addEventListener("keydown", slash);
    return () => removeEventListener("keydown", slash);
  }, []);

  const press = (e: KeyboardEvent) => {
    if (e.isComposing) return; // Enter and arrows choose among characters
    if (e.key === "ArrowDown") onEnter();
    else if (e.key === "Enter") {
      // A handheld reader ends a code with it before anything was looked for.
      if (q !== ask.q) onAsk({ ...ask, q });
      onOpen();
    } else if (e.key === "Escape" && typed) setTyped("");
    else return;
    e.preventDefault();
  };

  return (
    <search class="finder">
      <div class="field">
        <label for="finder">{t("roster.search")}</label>
        <input
          ref={search}
          id="finder"
          type="search"
          enterkeyhint="search"
          autocomplete="off"
          spellcheck={false}
          aria-describedby="finder-hint"
          value={typed}
          onInput={(e) => setTyped(e.currentTarget.value)}
          onKeyDown={press}
        />
      </div>
      <select
        aria-label={t("roster.category")}
        value={ask.category}
        onChange={(e) => onAsk({ ...ask, category: e.currentTarget.value })}
      >
        <option value="">{t("roster.every_category")}</option>
        {categories.map((c) => (
          <option key={c.id} value={c.id}>
            {local(c.name, lang)}
          </option>
        ))}
      </select>
      <select
        aria-label={t("roster.badge")}
        value={ask.status}
        onChange={(e) => {
          const status = STATES.find((s) => s === e.currentTarget.value);
          if (status !== undefined) onAsk({ ...ask, status });
        }}
      >
        <option value="">{t("roster.any_state")}</option>
        <option value="active">{t("roster.with_badge")}</option>
        <option value="none">{t("roster.without_badge")}</option>
      </select>
      <p class="hint" id="finder-hint">
        {t("roster.search_hint")}
      </p>
      <p class="hint found number" role="status">
        {found}
      </p>
    </search>
  );
}

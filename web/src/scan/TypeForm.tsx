// A badge by hand: its code from a reader, or the number that stands under it.
import { useEffect, useRef } from "preact/hooks";
import type { ScanSay } from "./words";

/** What was written and couldn't be taken, with the reason in words. */
export interface Returned {
  readonly text: string;
  readonly trouble: string;
}

interface Props {
  readonly t: ScanSay;
  readonly focus: boolean;
  readonly online: boolean;
  readonly returned: Returned | undefined;
  readonly onText: (text: string) => void;
}

export function TypeForm({ t, focus, online, returned, onText }: Props) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focus) input.current?.focus();
  }, [focus]);
  useEffect(() => {
    if (!returned || !input.current) return;
    // The next one may be half written already.
    if (!input.current.value) input.current.value = returned.text;
    input.current.focus();
  }, [returned]);
  return (
    <form
      class="typing"
      onSubmit={(e) => {
        e.preventDefault();
        const text = input.current?.value.trim() ?? "";
        if (input.current) input.current.value = "";
        if (text) onText(text);
      }}
    >
      <label class="field">
        <span>{t("scan.token")}</span>
        <input
          ref={input}
          name="token"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          maxLength={1024}
          aria-describedby="token-trouble token-hint"
          aria-invalid={returned !== undefined}
        />
      </label>
      <p class="trouble" id="token-trouble" role="alert">
        {returned?.trouble}
      </p>
      <p class="hint" id="token-hint">
        {t(online ? "scan.number_hint" : "scan.number_offline")}
      </p>
      <button type="submit" class="main">
        {t("scan.check")}
      </button>
    </form>
  );
}

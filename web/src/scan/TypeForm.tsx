// A badge by hand: its code from a reader, or its number where the operator
// may look badges up.
import { useEffect, useRef } from "preact/hooks";
import type { ScanSay } from "./words";

interface Props {
  readonly t: ScanSay;
  readonly numbers: boolean;
  readonly focus: boolean;
  readonly onCode: (text: string) => void;
}

export function TypeForm({ t, numbers, focus, onCode }: Props) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focus) input.current?.focus();
  }, [focus]);
  return (
    <form
      class="typing"
      onSubmit={(e) => {
        e.preventDefault();
        const text = input.current?.value.trim() ?? "";
        if (input.current) input.current.value = "";
        if (text) onCode(text);
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
          aria-describedby="token-hint"
        />
      </label>
      <p class="hint" id="token-hint">
        {t(numbers ? "scan.number_hint" : "scan.token_hint")}
      </p>
      <button type="submit" class="main">
        {t("scan.check")}
      </button>
    </form>
  );
}

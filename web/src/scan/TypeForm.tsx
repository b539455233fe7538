// A badge by hand: its code from a reader, or the number that stands under it.
import { useEffect, useRef } from "preact/hooks";
import { isBadgeId } from "./token";
import type { ScanSay } from "./words";

interface Props {
  readonly t: ScanSay;
  readonly focus: boolean;
  readonly onCode: (text: string) => void;
}

export function TypeForm({ t, focus, onCode }: Props) {
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
        const joined = text.replace(/\s/g, ""); // as people type long numbers
        if (text) onCode(isBadgeId(joined) ? joined : text);
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
        {t("scan.number_hint")}
      </p>
      <button type="submit" class="main">
        {t("scan.check")}
      </button>
    </form>
  );
}

import { useEffect, useRef } from "preact/hooks";

/** A search field that "/" leads to from anywhere on the page. */
export function useSlash() {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      const typing =
        e.target instanceof Element && e.target.matches("input:not([type=checkbox]), select, textarea");
      if (e.key !== "/" || typing || e.ctrlKey || e.metaKey || e.altKey) return;
      e.preventDefault();
      field.current?.select();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  return field;
}

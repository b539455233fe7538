import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Lang } from "../../say/say";
import { deskSay } from "../words";

interface Props {
  readonly title: string;
  readonly lang: Lang;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Something to fill in or to look at, beside the table that it belongs to. */
export function Panel({ title, lang, onClose, children }: Props) {
  const t = deskSay(lang);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const { current } = dialog;
    current?.showModal();
    current?.querySelector<HTMLElement>("form :is(input, select)")?.focus();
    return () => current?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="panel"
      aria-labelledby="panel-title"
      onCancel={(e) => {
        e.preventDefault(); // closed by whoever opened it
        onClose();
      }}
    >
      <header class="head">
        <h2 id="panel-title" dir="auto">
          {title}
        </h2>
        <button type="button" class="plain" onClick={onClose}>
          {t("desk.close")}
        </button>
      </header>
      {children}
    </dialog>
  );
}

import type { ComponentChildren } from "preact";

/** The head of a task: what it is, and the one thing that is mostly done here. */
export function Head(props: { title: string; text?: string; children?: ComponentChildren }) {
  return (
    <header class="head">
      <div>
        <h2>{props.title}</h2>
        {props.text && <p class="hint">{props.text}</p>}
      </div>
      {props.children && <div class="does">{props.children}</div>}
    </header>
  );
}

import { useId } from "preact/hooks";

/** How far long work is, in numbers and as a bar. */
export function Progress({ label, done, total }: { label: string; done: number; total: number | undefined }) {
  const id = useId();
  return (
    <div class="progress">
      <label for={id} class="number">
        {label}
      </label>
      {total === undefined ? (
        <progress id={id} />
      ) : (
        <progress id={id} value={done} max={Math.max(total, 1)} />
      )}
    </div>
  );
}

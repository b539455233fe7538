/** A category by its name, with its colour beside it. */
export function Role({ name, color }: { name: string; color: string | undefined }) {
  return (
    <span class="role">
      <svg viewBox="0 0 1 1" aria-hidden="true">
        <rect width="1" height="1" fill={color ?? "none"} />
      </svg>
      <span dir="auto">{name}</span>
    </span>
  );
}

import { useMemo } from "preact/hooks";
import encodeQR from "qr";

/** A text as a QR code (ISO/IEC 18004), black on white, with a quiet zone of 4. */
export function Code({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => draw(text), [text]);
  return (
    <svg
      class="code"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
    >
      <path class="code-ground" d={`M0 0h${size}v${size}H0z`} />
      <path class="code-ink" d={path} />
    </svg>
  );
}

function draw(text: string): { size: number; path: string } {
  const modules = encodeQR(text, "raw", { border: 4, ecc: "medium" });
  let path = "";
  for (const [y, row] of modules.entries())
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      const from = x;
      while (row[x + 1]) x++;
      path += `M${from} ${y}h${x - from + 1}v1H${from}z`;
    }
  return { size: modules.length, path };
}

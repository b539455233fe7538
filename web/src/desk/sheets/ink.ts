/** Which of black and white reads better on a colour by WCAG's contrast: one always has 4.5:1. */
export function inkOn(color: string): "black" | "white" {
  const n = /^#[0-9a-f]{6}$/i.test(color) ? Number.parseInt(color.slice(1), 16) : 0x475569;
  const light = 0.2126 * linear(n >> 16) + 0.7152 * linear(n >> 8) + 0.0722 * linear(n);
  return (light + 0.05) ** 2 > 1.05 * 0.05 ? "black" : "white";
}

/** An 8-bit sRGB channel as light (IEC 61966-2-1), 0 to 1. */
function linear(channel: number): number {
  const c = (channel & 255) / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}

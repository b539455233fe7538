import { expect, it } from "vitest";
import { type Pixels, SecondLook } from "./secondlook";

const SIDE = 64;

/** A picture whose brightness is told for each pixel. */
function picture(light: (x: number, y: number) => number): Pixels {
  const out = new Uint8ClampedArray(SIDE * SIDE * 4).fill(255);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) out.fill(light(x, y), 4 * (y * SIDE + x), 4 * (y * SIDE + x) + 3);
  return out;
}
const at = (p: Pixels, x: number, y: number) => p[4 * (y * SIDE + x)] ?? Number.NaN;

it("leaves an even picture as it is, up to its edges, opaque and without colour", () => {
  const look = new SecondLook();
  for (const enlarged of [1, 2] as const) {
    const out = look.at(
      picture(() => 90),
      SIDE,
      enlarged,
    );
    for (const [i, value] of out.entries()) expect(value).toBe(i % 4 === 3 ? 255 : 90);
  }
});

it("brings back what blur has washed out", () => {
  const wave = picture((x) => 128 + 20 * Math.sin((2 * Math.PI * x) / 8));
  const out = new SecondLook().at(wave, SIDE, 1);
  const line = Array.from({ length: 32 }, (_, i) => at(out, 16 + i, 32));
  expect(Math.max(...line) - Math.min(...line)).toBeGreaterThan(3 * 40);
});

it("enlarges the middle, where staff hold a badge, to twice its size", () => {
  const dot = picture((x, y) => (x >= 30 && x < 34 && y >= 30 && y < 34 ? 0 : 255));
  const out = new SecondLook().at(dot, SIDE, 2);
  const dark = (x: number, y: number) => at(out, x, y) < 128;
  expect([dark(29, 31), dark(31, 31), dark(34, 31), dark(26, 31), dark(38, 31)]).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

it("takes pictures of another size as they come", () => {
  const look = new SecondLook();
  look.at(
    picture(() => 10),
    SIDE,
    1,
  );
  expect(look.at(new Uint8ClampedArray(4 * 9).fill(255), 3, 2)).toHaveLength(36);
});

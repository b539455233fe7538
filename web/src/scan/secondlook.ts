// A second look at a picture in which no code was found: the code may be too
// far away, or out of focus because it is held too near. Edges that blur has
// washed out are brought back, and what is small is enlarged before.

/** What the reader is given: RGBA, as large as the picture it comes from. */
export type Pixels = Uint8ClampedArray<ArrayBuffer>;

/** In pixels, as blurred codes of 1.5 to 5 pixels a module need it. */
const NOISE_REACH = 1;
const EDGE_REACH = 4;
const STRENGTH = 4;

/** Looks again at one square picture after the other; its buffers are made once. */
export class SecondLook {
  #side = 0;
  #light = new Float32Array(0);
  #soft = new Float32Array(0);
  #spare = new Float32Array(0);

  /** Gives the middle of the picture, so many times enlarged, with its edges sharpened. */
  at(picture: Pixels, side: number, enlarged: 1 | 2): Pixels {
    this.#fit(side);
    if (enlarged === 1) this.#take(picture);
    else this.#enlarge(picture);
    this.#soften(this.#light, this.#light, NOISE_REACH);
    this.#soften(this.#light, this.#soft, EDGE_REACH);
    this.#soften(this.#soft, this.#soft, EDGE_REACH);
    const out = new Uint8ClampedArray(picture.length);
    for (let i = 0; i < this.#light.length; i++) {
      const light = this.#light[i] ?? 0;
      const sharp = light + STRENGTH * (light - (this.#soft[i] ?? 0));
      const to = 4 * i;
      out[to] = sharp;
      out[to + 1] = sharp;
      out[to + 2] = sharp;
      out[to + 3] = 255;
    }
    return out;
  }

  #fit(side: number): void {
    if (side === this.#side) return;
    this.#side = side;
    this.#light = new Float32Array(side * side);
    this.#soft = new Float32Array(side * side);
    this.#spare = new Float32Array(side * side);
  }

  /** Green alone is as good as brightness where the code is black on white. */
  #take(picture: Pixels): void {
    const light = this.#light;
    for (let i = 0; i < light.length; i++) light[i] = picture[4 * i + 1] ?? 0;
  }

  /** Twice as large, in a straight line between pixels. */
  #enlarge(picture: Pixels): void {
    const side = this.#side;
    const from = side >> 2;
    const light = this.#light;
    for (let y = 0; y < side; y++) {
      const above = (from + (y >> 1)) * side;
      const below = (y & 1) === 0 ? above : above + side;
      for (let x = 0; x < side; x++) {
        const left = from + (x >> 1);
        const right = left + (x & 1);
        light[y * side + x] =
          ((picture[4 * (above + left) + 1] ?? 0) +
            (picture[4 * (above + right) + 1] ?? 0) +
            (picture[4 * (below + left) + 1] ?? 0) +
            (picture[4 * (below + right) + 1] ?? 0)) /
          4;
      }
    }
  }

  /** The average over a square about each pixel, whatever its size at the same cost. */
  #soften(from: Float32Array, to: Float32Array, reach: number): void {
    const side = this.#side;
    for (let i = 0; i < side; i++) running(from, this.#spare, i * side, 1, side, reach);
    for (let i = 0; i < side; i++) running(this.#spare, to, i, side, side, reach);
  }
}

/** The running average along one line of a picture; the line's ends go on as they are. */
function running(
  from: Float32Array,
  to: Float32Array,
  start: number,
  step: number,
  length: number,
  reach: number,
): void {
  const width = 2 * reach + 1;
  const last = start + (length - 1) * step;
  const first = from[start] ?? 0;
  const end = from[last] ?? 0;
  let sum = first * (reach + 1);
  for (let i = 1; i <= reach; i++) sum += from[start + i * step] ?? end;
  for (let i = 0; i < length; i++) {
    to[start + i * step] = sum / width;
    sum += i + reach + 1 < length ? (from[start + (i + reach + 1) * step] ?? 0) : end;
    sum -= i - reach > 0 ? (from[start + (i - reach) * step] ?? 0) : first;
  }
}

// What a camera makes of a code that is far away or out of focus: the same
// code with fewer and fewer pixels to a module, more and more blurred, askew,
// dim and noisy, and what the scanner's reader still gets out of it.

export interface Reading {
  /** True for a dark module, quiet zone included. */
  readonly modules: readonly (readonly boolean[])[];
  readonly text: string;
  /** Of the script that runs the reader. */
  readonly worker: string;
  /** Pixels that a module is wide. */
  readonly sizes: readonly number[];
  /** Standard deviation of a Gaussian blur, in modules. */
  readonly blurs: readonly number[];
  /** How often a code is held up, each time at another angle. */
  readonly times: number;
  /** Frames that the camera gets of it, each with other noise: one of them has to be read. */
  readonly frames: number;
}

/** Runs in the page. Gives how many times codes of each size and blur were read, by size, then blur. */
export async function readings(of: Reading): Promise<number[][]> {
  const SIDE = 720; // what is cut out of 1280x720
  const DARK = 60;
  const LIGHT = 190;
  const NOISE = 8;
  let seed = 1;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; // the same frames in every run
    return seed / 2 ** 32;
  };

  /** How light it is at a point of the sheet, in modules from its middle. */
  const n = of.modules.length;
  const at = (x: number, y: number) => {
    const dark = of.modules[Math.floor(y + n / 2)]?.[Math.floor(x + n / 2)];
    return dark ? DARK : LIGHT;
  };
  function draw(size: number, blur: number, nth: number): Float32Array {
    const angle = ((nth * 37 + 5) % 20) / 57.3;
    const dx = random() - 0.5;
    const dy = random() - 0.5;
    const cos = Math.cos(angle) / size;
    const sin = Math.sin(angle) / size;
    const half = Math.ceil((n / 2) * size * 1.5);
    let frame = new Float32Array(SIDE * SIDE).fill(LIGHT);
    const from = Math.max(0, SIDE / 2 - half);
    const to = Math.min(SIDE, SIDE / 2 + half);
    for (let y = from; y < to; y++)
      for (let x = from; x < to; x++) {
        let light = 0; // a pixel gathers all that falls on it
        for (let s = 0; s < 9; s++) {
          const u = x + dx + ((s % 3) + 0.5) / 3 - SIDE / 2;
          const v = y + dy + (Math.floor(s / 3) + 0.5) / 3 - SIDE / 2;
          light += at(u * cos + v * sin, v * cos - u * sin);
        }
        frame[y * SIDE + x] = light / 9;
      }
    const sigma = blur * size;
    if (sigma > 0) for (const step of [1, SIDE]) frame = soften(frame, sigma, step, from, to);
    return frame;
  }
  function soften(frame: Float32Array, sigma: number, step: number, from: number, to: number) {
    const reach = Math.ceil(3 * sigma);
    const weights = Array.from({ length: 2 * reach + 1 }, (_, i) =>
      Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    const out = frame.slice();
    for (let y = from; y < to; y++)
      for (let x = from; x < to; x++) {
        let light = 0;
        const here = y * SIDE + x;
        for (let i = -reach; i <= reach; i++)
          light += (frame[here + i * step] ?? LIGHT) * (weights[i + reach] ?? 0);
        out[here] = light / sum;
      }
    return out;
  }

  const reader = new Worker(of.worker, { type: "module" });
  let sent = 0;
  const noise = Int8Array.from({ length: 1 << 16 }, () => (random() + random() + random() - 1.5) * 2 * NOISE);
  const read = (frame: Float32Array): Promise<readonly string[]> => {
    const pixels = new Uint8ClampedArray(SIDE * SIDE * 4);
    const words = new Uint32Array(pixels.buffer);
    const shift = Math.floor(random() * noise.length);
    for (let i = 0; i < frame.length; i++) {
      const light = Math.round(frame[i] ?? 0) + (noise[(i + shift) % noise.length] ?? 0);
      words[i] = light * 0x10101 + 0xff000000; // LIGHT and DARK leave room for the noise
    }
    return new Promise((done) => {
      reader.onmessage = (e) => done(e.data.texts);
      sent++;
      reader.postMessage({ n: sent, pixels: pixels.buffer, width: SIDE, height: SIDE }, [pixels.buffer]);
    });
  };
  const table: number[][] = [];
  for (const size of of.sizes) {
    const row: number[] = [];
    for (const blur of of.blurs) {
      let got = 0;
      for (let nth = 0; nth < of.times; nth++) {
        const frame = draw(size, blur, nth);
        let seen = false;
        for (let i = 0; i < of.frames && !seen; i++) seen = (await read(frame)).includes(of.text);
        if (seen) got++;
      }
      row.push(got);
    }
    table.push(row);
  }
  reader.terminate();
  return table;
}

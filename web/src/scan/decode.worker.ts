// Reads QR codes off a picture, away from the page's own thread.
import { prepareZXingModule, type ReaderOptions, readBarcodes } from "zxing-wasm/reader";
import wasm from "zxing-wasm/reader/zxing_reader.wasm?url";
import { SecondLook } from "./secondlook";

export interface Picture {
  readonly n: number;
  readonly pixels: ArrayBuffer;
  readonly width: number;
  readonly height: number;
}

export interface Read {
  readonly n: number;
  readonly texts: readonly string[];
}

type Reader = (picture: ImageData, n: number) => Promise<string[]>;

/** One picture of so many is looked at for what is small or blurred, which takes three times as long. */
const EVERY = 3;

const options: ReaderOptions = {
  formats: ["QRCode"],
  tryHarder: true,
  tryInvert: false,
  tryDownscale: false,
  maxNumberOfSymbols: 4,
};

/** How long a shift makes do with the slow reader before the quick one is asked for again, in ms. */
const AGAIN_MS = 30_000;

/** The quick one, in WebAssembly. */
async function quick(): Promise<Reader> {
  await prepareZXingModule({
    // The library would fetch its wasm from a public server; ours is beside us.
    overrides: {
      locateFile: (file: string, prefix: string) => (file.endsWith(".wasm") ? wasm : prefix + file),
    },
    equalityFn: Object.is, // one that couldn't be loaded is no reason not to try again
    fireImmediately: true,
  });
  const second = new SecondLook();
  return async (picture, n) => {
    let shown = picture;
    if (n % EVERY === 0 && picture.width === picture.height) {
      const enlarged = n % (2 * EVERY) === 0 ? 1 : 2;
      shown = new ImageData(second.at(picture.data, picture.width, enlarged), picture.width);
    }
    return (await readBarcodes(shown, options)).filter((r) => r.isValid).map((r) => r.text);
  };
}

/** The slow one, where there is no WebAssembly or it couldn't be loaded. */
async function slow(): Promise<Reader> {
  const { decodeQR } = await import("qr/decode.js");
  return async (picture) => {
    try {
      return [decodeQR(picture)];
    } catch {
      return []; // it says by an error that there is no code
    }
  };
}

let reader: Promise<Reader> = quick().catch(() => {
  if (typeof WebAssembly === "object") again();
  return slow();
});

function again(): void {
  setTimeout(() => {
    quick().then((better) => {
      reader = Promise.resolve(better);
    }, again);
  }, AGAIN_MS);
}

addEventListener("message", async (e: MessageEvent<Picture>) => {
  const { n, pixels, width, height } = e.data;
  let texts: readonly string[] = [];
  try {
    texts = await (await reader)(new ImageData(new Uint8ClampedArray(pixels), width, height), n);
  } catch {
    // A picture that can't be read has no code in it.
  }
  postMessage({ n, texts } satisfies Read);
});

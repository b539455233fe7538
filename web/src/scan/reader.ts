// The worker that reads codes, made before the first picture is there: over a
// slow network its wasm is the last thing that a shift waits for.
import wasm from "zxing-wasm/reader/zxing_reader.wasm?url";

let spare: Worker | undefined;

const make = (): Worker => new Worker(new URL("./decode.worker.ts", import.meta.url), { type: "module" });

/** Loads a reader, to be taken once there is a camera. */
export function prepareReader(): void {
  // Asked for here, too, so that it doesn't come after the worker's script.
  fetch(wasm, { priority: "low" }).catch(() => {});
  const worker = make();
  worker.addEventListener("error", () => {
    if (spare === worker) spare = undefined; // the camera makes its own
  });
  spare = worker;
}

export function takeReader(): Worker {
  const worker = spare ?? make();
  spare = undefined;
  return worker;
}

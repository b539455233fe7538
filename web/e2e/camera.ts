// A camera that sees what a test wants it to: Chromium plays an uncompressed
// clip (YUV4MPEG2) in place of a real one, and starts it anew each time that a
// page opens the camera.
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type LaunchOptions } from "@playwright/test";
import encodeQR from "qr";

const WIDTH = 640;
const HEIGHT = 480;
const FPS = 30;
const MODULE = 5; // px
const BLACK = 16; // luma of video
const WHITE = 235;
const GREY = 128;

/** What is in view for some seconds; nothing is an even grey. */
export interface Shot {
  readonly text?: string;
  readonly seconds: number;
}

export class FakeCamera {
  readonly file = join(tmpdir(), `lanyard-camera-${process.pid}-${Date.now()}.y4m`);

  /** What the camera sees from the next time that it is opened, over and over. */
  play(...shots: readonly Shot[]): void {
    const file = openSync(this.file, "w");
    writeSync(file, `YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FPS}:1 Ip A1:1 C420\n`);
    for (const { text, seconds } of shots) {
      const frame = Buffer.concat([Buffer.from("FRAME\n"), draw(text)]);
      for (let n = Math.max(1, Math.round(seconds * FPS)); n > 0; n--) writeSync(file, frame);
    }
    closeSync(file);
  }

  launch(options: LaunchOptions): Promise<Browser> {
    return chromium.launch({
      ...options,
      args: [
        ...(options.args ?? []),
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        `--use-file-for-fake-video-capture=${this.file}`,
      ],
    });
  }

  remove(): void {
    rmSync(this.file, { force: true });
  }
}

function draw(text: string | undefined): Buffer {
  const frame = Buffer.alloc((WIDTH * HEIGHT * 3) / 2, GREY); // colourless
  if (text === undefined) return frame;
  const modules = encodeQR(text, "raw", { border: 4, ecc: "medium" });
  const left = Math.floor((WIDTH - modules.length * MODULE) / 2);
  const top = Math.floor((HEIGHT - modules.length * MODULE) / 2);
  for (const [row, line] of modules.entries())
    for (const [column, dark] of line.entries())
      for (let y = 0; y < MODULE; y++) {
        const at = (top + row * MODULE + y) * WIDTH + left + column * MODULE;
        frame.fill(dark ? BLACK : WHITE, at, at + MODULE);
      }
  return frame;
}

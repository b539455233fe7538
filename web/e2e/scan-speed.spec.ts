import { gzipSync } from "node:zlib";
import type { Browser, CDPSession, Page } from "@playwright/test";
import encodeQR from "qr";
import { figure } from "./figures";
import { expect, gatesOf, guest, heading, signIn, startShift, test } from "./gatehouse";
import { api } from "./lanyard";
import { readings } from "./readable";

test("from a code in view to its verdict in under 400 ms, by light scripts", async ({
  demo,
  camera,
  eyes,
  phones,
}, info) => {
  const gates = await gatesOf(demo);
  const guests = [
    await guest(demo),
    await guest(demo),
    await guest(demo),
    await guest(demo),
    await guest(demo),
  ];
  camera.play(
    { seconds: 1.5 },
    ...guests.flatMap((g) => [{ text: g.token, seconds: 0.6 }, { seconds: 0.9 }]),
  );
  const context = await phones();
  const page = await context.newPage();
  const scripts = new Map<string, number>();
  page.on("response", (r) => {
    if (/\.m?js$/.test(new URL(r.url()).pathname))
      r.body()
        .then((b) => scripts.set(r.url(), gzipSync(b, { level: 9 }).length))
        .catch(() => {});
  });
  await page.addInitScript(meter);
  await signIn(page, demo, demo.gate_key);
  await startShift(page, gates.in);
  await expect(async () => {
    expect((await page.evaluate(() => window.times)).length).toBeGreaterThanOrEqual(guests.length);
  }).toPass({ timeout: 25_000 });
  const times = (await page.evaluate(() => window.times)).slice(0, guests.length).sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] ?? Number.NaN;
  const weight = [...scripts.values()].reduce((a, b) => a + b, 0);
  figure(info, "code in view to verdict, median of 5", `${Math.round(median)} ms`, "under 400 ms");
  figure(info, "scripts before the first scan, gzip", kilobytes(weight), "at most 60 KB");
  expect(median).toBeLessThan(400);
  expect(scripts.size).toBeGreaterThan(2);
  expect(weight).toBeLessThan(60 * 1024);

  // One camera stream for all of them: opened once, never again.
  expect(await page.evaluate(() => window.opened)).toBe(1);

  // The clip goes on and on: some forty badges a minute, no and no again.
  await page.evaluate(() => window.times.splice(0, 1 / 0));
  const busy = await processor(eyes, page, 4000);
  await expect.poll(() => page.evaluate(() => window.times.length)).toBeGreaterThan(0);
  await expect(async () => {
    await page.keyboard.press("Escape"); // the next refusal may come before the click
    await page.getByRole("button", { name: "More" }).click({ timeout: 500 });
  }).toPass({ timeout: 15_000 });
  const shown = await processor(eyes, page, 1500);
  figure(
    info,
    "processor time of a shift of scanning",
    `${(busy * 60).toFixed(1)} s a minute, ${Math.round(busy * 60)} min an hour (of one core); ` +
      `${(shown * 60).toFixed(1)} s of it to show the picture`,
  );
});

const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;

/** Seconds of processor time for each second that passes, of all the browser's processes. */
async function processor(browser: Browser, page: Page, ms: number): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const spent = async () => {
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    return processInfo.reduce((sum, p) => sum + p.cpuTime, 0);
  };
  const [before, since] = [await spent(), performance.now()];
  await page.waitForTimeout(ms); // what is measured is what goes on by itself
  const used = (await spent()) - before;
  await session.detach();
  return used / ((performance.now() - since) / 1000);
}

test("over a slow network the scanner opens, and scans as soon as it can", async ({
  demo,
  camera,
  phones,
}, info) => {
  const gates = await gatesOf(demo);
  const who = await guest(demo);
  camera.play({ text: who.token, seconds: 0.2 });
  const { pairing_url } = await api(demo, demo.organizer_key).operator("Slow phone", "gate");
  const context = await phones();
  const page = await context.newPage();
  const slow = await context.newCDPSession(page);
  await slowDown(slow);
  const begun = performance.now();
  const since = () => `${((performance.now() - begun) / 1000).toFixed(1)} s`;
  await page.goto(pairing_url, { waitUntil: "commit" });
  await expect(page.getByRole("button", { name: "Start shift" })).toBeVisible({ timeout: 20_000 });
  const opened = since();
  await startShift(page, gates.in);
  await expect(heading(page)).toHaveText("Admitted", { timeout: 30_000 });
  figure(info, "first load over slow 4G: ready to start, first verdict", `${opened}, ${since()}`);
});

/** What Chromium's own tools call slow 4G. */
const SLOW = { offline: false, latency: 562.5, downloadThroughput: 180_000, uploadThroughput: 84_375 };

/** Workers have a network of their own, which has to be slowed before their first request. */
async function slowDown(page: CDPSession): Promise<void> {
  await page.send("Network.enable");
  await page.send("Network.emulateNetworkConditions", SLOW);
  page.on("Target.attachedToTarget", ({ sessionId }) => {
    for (const [id, method, params] of [
      [1, "Network.enable", {}],
      [2, "Network.emulateNetworkConditions", SLOW],
      [3, "Runtime.runIfWaitingForDebugger", {}],
    ] as const)
      page
        .send("Target.sendMessageToTarget", { sessionId, message: JSON.stringify({ id, method, params }) })
        .catch(() => {});
  });
  await page.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: true, flatten: false });
}

test("a code that is small or out of focus is read", async ({ page, demo }, info) => {
  const sizes = [1.5, 2, 3, 4, 5];
  const blurs = [0, 0.3, 0.4, 0.5, 0.6];
  const times = 2;
  const frames = 6; // less than half a second
  const worker = await (await fetch(`${demo.base_url}/scan-sw.js`)).text();
  const reader = /"(\/assets\/decode\.worker-[^"]+\.js)"/.exec(worker)?.[1] ?? "";
  const { token } = await guest(demo);
  await page.goto(demo.base_url);
  const table = await page.evaluate(readings, {
    modules: encodeQR(token, "raw", { border: 4, ecc: "medium" }),
    text: token,
    worker: reader,
    sizes,
    blurs,
    times,
    frames,
  });
  figure(
    info,
    "codes read within half a second, of 2, by pixels a module",
    blurs.map((b) => `blur ${b}`.padEnd(8)).join("  "),
  );
  for (const [i, size] of sizes.entries())
    figure(info, `  ${size} px`, table[i]?.map((got) => String(got).padEnd(8)).join("  ") ?? "");
  const read = (size: number, blur: number) => table[sizes.indexOf(size)]?.[blurs.indexOf(blur)];
  expect(read(1.5, 0)).toBe(times);
  expect(read(2, 0.4)).toBe(times);
  expect(read(4, 0.5)).toBe(times);
});

declare global {
  interface Window {
    times: number[];
    /** How often a camera was opened. */
    opened: number;
  }
}

/** Notes how long each verdict took from the first frame with a code in it. */
function meter() {
  window.times = [];
  window.opened = 0;
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (what) => {
    window.opened++;
    return ask(what);
  };
  let since: number | undefined;
  const canvas = document.createElement("canvas");
  canvas.width = 32;
  canvas.height = 24;
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  const look = (video: HTMLVideoElement) => {
    video.requestVideoFrameCallback(() => {
      drawing?.drawImage(video, 0, 0, 32, 24);
      const pixels = drawing?.getImageData(0, 0, 32, 24).data ?? [];
      let least = 255;
      let most = 0;
      for (let i = 0; i < pixels.length; i += 4) {
        least = Math.min(least, pixels[i] ?? 0);
        most = Math.max(most, pixels[i] ?? 0);
      }
      if (most - least < 40) since = undefined;
      else since ??= performance.now();
      look(video);
    });
  };
  let video: Element | null = null;
  let shown = false;
  new MutationObserver(() => {
    const found = document.querySelector("video");
    if (found && found !== video) look(found);
    video = found;
    const verdict = document.querySelector(".verdict") !== null;
    if (verdict && !shown && since !== undefined) window.times.push(performance.now() - since);
    shown = verdict;
  }).observe(document, { childList: true, subtree: true });
}

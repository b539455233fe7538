// Starts the built program with its demonstration event and watches every page
// that a test opens: an error on the console, a refused request or a breach of
// the content security policy fails the test.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type BrowserContext, test as base, expect } from "@playwright/test";
import axe from "axe-core";
import jsQR from "jsqr";
import { PNG } from "pngjs";
import type { Attendee, Badge, Gate, Items, ScanAnswer } from "../src/server/shapes";

export interface Demo {
  readonly base_url: string;
  readonly event: string;
  readonly organizer_key: string;
  readonly desk_key: string;
  readonly gate_key: string;
  readonly supervisor_key: string;
  readonly security_key: string;
  readonly badge_page: string;
}

const binary = process.env.LANYARD ?? fileURLToPath(new URL("../../bin/lanyard", import.meta.url));

async function firstLine(program: ChildProcess): Promise<string> {
  if (!program.stdout) throw new Error("no output to read");
  for await (const line of createInterface({ input: program.stdout })) return line;
  throw new Error("the program ended before it was serving");
}

/** The program with its demonstration, serving. */
export async function start(data: string, addr = "127.0.0.1:0", flags: string[] = []) {
  const program = spawn(binary, ["demo", "--json", "--addr", addr, "--data", data, ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const end = async (signal: NodeJS.Signals) => {
    const ended = new Promise((done) => program.once("exit", done));
    if (program.exitCode === null && program.signalCode === null && program.kill(signal)) await ended;
  };
  try {
    const demo: Demo = JSON.parse(await firstLine(program));
    program.stdout?.resume();
    return { demo, end };
  } catch (e) {
    await end("SIGKILL");
    throw e;
  }
}

/** The program on an empty store, serving: its address, and the first organizer's key as it shows it. */
export async function startEmpty(): Promise<{ url: string; key: string; stop: () => Promise<void> }> {
  const data = mkdtempSync(join(tmpdir(), "lanyard-empty-"));
  const program = spawn(binary, ["serve", "--addr", "127.0.0.1:0", "--data", data], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const stop = async () => {
    const ended = new Promise((done) => program.once("exit", done));
    if (program.exitCode === null && program.kill("SIGTERM")) await ended;
    rmSync(data, { recursive: true, force: true });
  };
  let key = "";
  for await (const line of createInterface({ input: program.stdout })) {
    key = /\blk_[\w-]+/.exec(line)?.[0] ?? key;
    const url = /(http:\S+)\/desk/.exec(line)?.[1];
    if (!url) continue;
    program.stdout.resume();
    return { url, key, stop };
  }
  await stop();
  throw new Error("the program ended before it was serving");
}

interface Watch {
  /** What may go wrong on purpose: a part of the message or address. */
  readonly allow: string[];
}

/** The program on data of its own, which goes away when it is stopped. */
export async function startDemo(...flags: string[]): Promise<{ demo: Demo; stop: () => Promise<void> }> {
  const data = mkdtempSync(join(tmpdir(), "lanyard-e2e-"));
  const forget = () => rmSync(data, { recursive: true, force: true });
  try {
    const { demo, end } = await start(data, "127.0.0.1:0", flags);
    return { demo, stop: () => end("SIGTERM").finally(forget) };
  } catch (e) {
    forget();
    throw e;
  }
}

export const test = base.extend<{ watch: Watch }, { demo: Demo }>({
  demo: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern
    async ({}, use) => {
      const { demo, stop } = await startDemo();
      try {
        await use(demo);
      } finally {
        await stop();
      }
    },
    { scope: "worker", timeout: 60_000 },
  ],
  watch: [
    async ({ context }, use) => {
      const watch: Watch = { allow: [] };
      const seen = listen(context);
      await use(watch);
      expect(seen.filter((s) => !watch.allow.some((a) => s.includes(a)))).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Notes everything that a page should never do. */
export function listen(context: BrowserContext): string[] {
  const seen: string[] = [];
  context.on("console", (m) => {
    if (m.location().url === "about:blank") return; // between two pages: Chromium's own
    if (m.type() === "error" || m.type() === "warning") seen.push(`console: ${m.text()} ${m.location().url}`);
  });
  context.on("weberror", (e) => seen.push(`error: ${e.error().message}`));
  context.on("requestfailed", (r) => {
    const why = r.failure()?.errorText ?? "";
    if (why !== "net::ERR_ABORTED") seen.push(`request: ${why} ${r.url()}`);
  });
  context.on("response", (r) => {
    if (r.status() >= 400) seen.push(`answer: ${r.status()} ${r.url()}`);
  });
  return seen;
}

/** The API as an operator uses it. */
export function api(demo: Demo, key: string) {
  async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${demo.base_url}/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text || "null");
  }
  const event = `/events/${demo.event}`;
  return {
    gates: async () => (await ask<Items<Gate>>("GET", `${event}/gates`)).items,
    attendees: async (query = "") => (await ask<Items<Attendee>>("GET", `${event}/attendees?${query}`)).items,
    /** The whole roster, page by page. */
    everybody: async function* () {
      let cursor = "";
      do {
        const page = await ask<Items<Attendee & { badge: { token?: string } | null }>>(
          "GET",
          `${event}/attendees?status=active&limit=500${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
        );
        yield* page.items;
        cursor = page.next_cursor ?? "";
      } while (cursor);
    },
    change: (id: string, fields: object) => ask<Attendee>("PATCH", `${event}/attendees/${id}`, fields),
    badge: (id: string) => ask<Badge & { token: string | null }>("GET", `${event}/badges/${id}`),
    revoke: (id: string) => ask<Badge>("POST", `${event}/badges/${id}/revoke`, { reason: "lost" }),
    scan: (token: string, gate: string, direction?: "in" | "out") =>
      ask<ScanAnswer>("POST", `${event}/scans`, {
        scan_id: crypto.randomUUID(),
        token,
        gate,
        ...(direction ? { direction } : {}),
      }),
    /** What would happen; nothing is recorded. */
    look: (token: string, gate: string) =>
      ask<ScanAnswer>("POST", `${event}/scans`, { scan_id: crypto.randomUUID(), token, gate, dry_run: true }),
    operator: (name: string, role: string) =>
      ask<{ id: string; key: string; pairing_url: string }>("POST", `${event}/operators`, {
        name,
        role,
        gates: [],
      }),
    /** All that was recorded after a row of the journal. */
    journal: async (after: number) => {
      const rows: JournalRow[] = [];
      for (;;) {
        const { items } = await ask<Items<JournalRow>>(
          "GET",
          `${event}/journal?after=${rows.at(-1)?.seq ?? after}&limit=1000`,
        );
        if (!items.length) return rows;
        rows.push(...items);
      }
    },
    dismiss: (operator: string) => ask<null>("DELETE", `${event}/operators/${operator}`),
    /** A scan with whatever else its request may have. */
    send: (request: object) =>
      ask<ScanAnswer>("POST", `${event}/scans`, { scan_id: crypto.randomUUID(), ...request }),
    add: (what: "venues" | "gates", thing: object) => ask<unknown>("POST", `${event}/${what}`, thing),
    count: async (what: "venues" | "gates") =>
      (await ask<Items<unknown>>("GET", `${event}/${what}?limit=500`)).items.length,
    inside: async (venue: string) =>
      (await ask<{ venues: { id: string; inside: number }[] }>("GET", `${event}/occupancy`)).venues.find(
        (v) => v.id === venue,
      )?.inside,
  };
}

interface JournalRow {
  readonly seq: number;
  readonly kind: string;
  readonly at: string;
  readonly scan_id?: string;
  readonly badge?: string;
  readonly gate?: string;
  readonly result?: string;
  readonly note?: string;
  readonly conflict?: string;
  readonly offline?: boolean;
}

/** What a phone's camera would read off a picture of the screen. */
export function readCode(picture: Buffer): string {
  const { width, height, data } = PNG.sync.read(picture);
  const code = jsQR(new Uint8ClampedArray(data), width, height);
  if (!code) throw new Error("no QR code can be read off the screen");
  return code.data;
}

/** Nothing may stick out to the right, whatever the width. */
export async function expectNoOverflow(page: import("@playwright/test").Page): Promise<void> {
  const { wide, is } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    is: document.documentElement.clientWidth,
  }));
  expect(wide, "the page is wider than the screen").toBeLessThanOrEqual(is);
}

/** WCAG 2.2 AA, as far as a program can tell. */
export async function expectAccessible(page: import("@playwright/test").Page): Promise<void> {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    // biome-ignore lint/suspicious/noExplicitAny: the library put itself there
    const { violations } = await (window as any).axe.run({
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return violations.map((v: { id: string; nodes: { html: string; failureSummary?: string }[] }) => ({
      rule: v.id,
      where: v.nodes.map((n) => `${n.html} ${n.failureSummary ?? ""}`),
    }));
  });
  expect(violations).toEqual([]);
}

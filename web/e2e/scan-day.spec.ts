// What happens to a gate in a long day: no network for hours, a server that is
// killed, a new version, a camera that goes away. Nothing is lost, and both
// ends have the same truth.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { figure } from "./figures";
import {
  cleared,
  expect,
  gatesOf,
  guest,
  heading,
  inside,
  NO_NETWORK,
  signIn,
  startShift,
  test,
  wedge,
} from "./gatehouse";
import { api, type Demo, start } from "./lanyard";
import { Wire } from "./wire";

/** Where a test cuts the line on purpose. */
const CUT = [...NO_NETWORK, "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RE", "ERR_INCOMPLETE_CHUNKED_ENCODING"];

test("ten scans without a network, two of them conflicts: gate, server and board agree", async ({
  demo,
  camera,
  phones,
}, info) => {
  const gates = await gatesOf(demo);
  const guests = [];
  while (guests.length < 10) guests.push(await guest(demo));
  camera.play({ seconds: 0.1 });
  const wall = await (await phones()).newPage();
  await wall.request.post(`${demo.base_url}/api/v1/session`, { data: { key: demo.security_key } });
  await wall.goto(`${demo.base_url}/live`);
  const tile = wall.locator(`[data-venue="${gates.venue}"] .inside`);
  const before = await inside(demo);
  await expect(tile).toHaveText(String(before));

  const context = await phones({ allow: NO_NETWORK });
  await context.addInitScript(anHourAhead);
  const page = await context.newPage();
  await signIn(page, demo, demo.gate_key);
  await startShift(page, gates.in);
  await expect(page.locator(".link")).toContainText("Live");
  const last = (await api(demo, demo.security_key).journal(0)).at(-1)?.seq ?? 0;
  await context.setOffline(true);

  // Meanwhile one badge is withdrawn, and one comes in by another gate.
  await api(demo, demo.desk_key).revoke(guests[3]?.badge ?? "");
  await api(demo, demo.supervisor_key).scan(guests[7]?.token ?? "", gates.in);
  for (const { token } of guests) {
    await wedge(page, token);
    await expect(heading(page)).toHaveText("Admitted offline");
    await cleared(page);
  }
  await expect(page.locator(".link")).toHaveText(/Offline 10/);
  expect(await inside(demo)).toBe(before + 1);
  await expectNothingPersonal(page, guests);

  await context.setOffline(false);
  await expect(page.getByRole("button", { name: "More 2" })).toBeVisible({ timeout: 15_000 });
  await expect(page.locator(".link")).toHaveText(/Live$/);
  const now = await inside(demo);
  expect(now).toBe(before + 10);
  await expect(page.locator(".plate")).toContainText(`${now} of`, { timeout: 10_000 });
  await expect(tile).toHaveText(String(now));
  await expect(wall.locator("li.conflict")).toHaveCount(2); // told to security

  const rows = (await api(demo, demo.security_key).journal(last)).filter((r) => r.offline);
  expect(rows.map((r) => r.badge)).toEqual(guests.map((g) => g.badge));
  expect(rows.flatMap((r) => r.conflict ?? [])).toEqual(["revoked", "already_inside"]);
  // By the server's clock, not by one that is an hour ahead.
  for (const r of rows) {
    expect(r.note).not.toBe("clock_skew");
    expect(Math.abs(Date.parse(r.at) - Date.now())).toBeLessThan(60_000);
  }
  await page.getByRole("button", { name: "More" }).click();
  await page.screenshot({ path: info.outputPath("conflicts.png") });
  await expectNothingPersonal(page, guests);
});

/** The phone's clock has been set wrong. */
function anHourAhead() {
  const now = Date.now;
  Date.now = () => now() + 3_600_000;
}

/** Nothing on the phone tells who anybody is. */
async function expectNothingPersonal(page: Page, guests: readonly { name: string }[]) {
  const kept = await page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((done) => {
      const open = indexedDB.open("lanyard-scan");
      open.onsuccess = () => done(open.result);
    });
    const all: unknown[] = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
    for (const name of db.objectStoreNames)
      all.push(
        await new Promise((done) => {
          const ask = db.transaction(name).objectStore(name).getAll();
          ask.onsuccess = () => done(ask.result);
        }),
      );
    db.close();
    for (const set of await caches.keys())
      for (const file of await (await caches.open(set)).keys()) all.push(file.url);
    return JSON.stringify(all, (_, v) => (v instanceof Map || v instanceof Set ? [...v] : v));
  });
  expect(kept).toContain("main-forum"); // it was read
  for (const { name } of guests) expect(kept).not.toContain(name);
  expect(kept).not.toContain("/api/");
}

test("five thousand scans in the queue: as quick, and sent in batches that go on where they were cut", async ({
  demo,
  camera,
  phones,
}, info) => {
  camera.play({ seconds: 0.1 });
  const organizer = api(demo, demo.organizer_key);
  await organizer.add("venues", { id: "day", name: "Day", capacity: 0 });
  await organizer.add("gates", { id: "day-door", venue: "day", name: "Day door", direction: "both" });
  const people = await tokens(demo, 5000);
  const last = (await organizer.journal(0)).at(-1)?.seq ?? 0;
  const [next] = people.splice(0, 1);

  const wire = new Wire(demo.base_url);
  const url = await wire.open();
  const context = await phones({ allow: CUT });
  const page = await context.newPage();
  await signIn(page, { ...demo, base_url: url }, demo.supervisor_key);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  wire.fate = ({ path }) => (path.startsWith("/api/") ? "lost" : "pass");
  await page.evaluate(fill, { event: demo.event, people });
  await page.reload();
  await expect(page.getByText(`${people.length} waiting to be sent`)).toBeVisible();
  await startShift(page, "day-door");
  await wedge(page, people[17]?.token ?? "");
  await expect(heading(page)).toHaveText("Not admitted");
  await cleared(page);
  await page.evaluate(() => {
    performance.clearMarks();
    new MutationObserver(() => {
      if (document.querySelector(".verdict")) performance.mark("verdict");
    }).observe(document, { childList: true, subtree: true });
    performance.mark("read");
  });
  await wedge(page, next?.token ?? "");
  await expect(heading(page)).toHaveText("Admitted offline");
  const took = await page.evaluate(() => {
    const [read, verdict] = ["read", "verdict"].map(
      (name) => performance.getEntriesByName(name)[0]?.startTime,
    );
    return (verdict ?? Number.NaN) - (read ?? Number.NaN);
  });
  figure(info, "verdict without a network, 5,000 scans waiting", `${Math.round(took)} ms`);
  await cleared(page);

  // Each line is cut once: a batch that never arrives, one whose answer is
  // lost, and in the middle of it all the phone starts again.
  let batches = 0;
  const ids: string[] = [];
  context.on("request", (r) => {
    if (r.url().endsWith("/batch"))
      for (const s of JSON.parse(r.postData() ?? "{}").scans) ids.push(s.scan_id);
  });
  wire.fate = ({ path }) => {
    if (!path.endsWith("/batch")) return "pass";
    batches++;
    if (batches === 4) return "lost";
    if (batches === 9) return "answer lost";
    if (batches > 14) return "lost";
    return "pass";
  };
  await expect.poll(() => batches, { timeout: 30_000 }).toBeGreaterThan(14);
  await page.reload();
  wire.fate = () => "pass";
  await startShift(page, "day-door");
  await expect(page.locator(".link")).toHaveText(/Live$/, { timeout: 30_000 });

  const rows = (await organizer.journal(last)).filter((r) => r.gate === "day-door");
  const entries = rows.filter((r) => r.result === "admitted");
  expect(entries).toHaveLength(people.length + 1);
  expect(new Set(rows.map((r) => r.scan_id)).size).toBe(rows.length); // each once
  expect(await api(demo, demo.security_key).inside("day")).toBe(people.length + 1);
  expect(rows.filter((r) => r.conflict)).toEqual([]);
  // What was answered wasn't sent again; only what was cut was.
  expect(ids.length).toBeLessThan(1.5 * rows.length);
  await expect(page.locator(".plate")).toContainText(`${people.length + 1} inside`);
  wire.close();
});

/** So many people with a badge. */
async function tokens(demo: Demo, n: number): Promise<{ token: string; badge: string }[]> {
  const found: { token: string; badge: string }[] = [];
  for await (const a of api(demo, demo.desk_key).everybody())
    if (a.badge?.token && found.length < n) found.push({ token: a.badge.token, badge: a.badge.id });
  return found;
}

/** Runs in the page: the queue as it is after so many admissions since the morning. */
async function fill({
  event,
  people,
}: {
  event: string;
  people: readonly { token: string; badge: string }[];
}) {
  const db = await new Promise<IDBDatabase>((done) => {
    const open = indexedDB.open("lanyard-scan");
    open.onsuccess = () => done(open.result);
  });
  const write = db.transaction(["queue", "moves"], "readwrite");
  const since = Date.now() - 6 * 3_600_000;
  for (const [n, { token, badge }] of people.entries()) {
    const scan_id = crypto.randomUUID();
    const at = since + n * 1000;
    write.objectStore("queue").add({
      scan_id,
      event,
      token,
      gate: "day-door",
      direction: "in",
      scanned_at: new Date(at).toISOString(),
      verdict: "admitted",
    });
    const move = { scan_id, event, venue: "day", badge, inside: true, at, enteredAt: at, gate: "day-door" };
    write.objectStore("moves").put(move, [event, "day", badge].join("/"));
  }
  await new Promise<void>((done, fail) => {
    write.oncomplete = () => done();
    write.onerror = () => fail(write.error);
  });
  db.close();
}

test("a server that is killed in mid-shift and starts again finds its gate at work", async ({
  camera,
  phones,
}) => {
  camera.play({ seconds: 0.1 });
  const data = mkdtempSync(join(tmpdir(), "lanyard-killed-"));
  let server = await start(data);
  try {
    const { demo } = server;
    const gates = await gatesOf(demo);
    const [first, second, third] = [await guest(demo), await guest(demo), await guest(demo)];
    const context = await phones({ allow: ["ERR_CONNECTION_REFUSED", ...CUT] });
    const page = await context.newPage();
    await signIn(page, demo, demo.gate_key);
    await startShift(page, gates.in);
    const before = await inside(demo);
    await wedge(page, first.token);
    await expect(heading(page)).toHaveText("Admitted");
    await cleared(page);

    await server.end("SIGKILL");
    await wedge(page, second.token);
    await expect(heading(page)).toHaveText("Admitted offline");
    await cleared(page);

    server = await start(data, new URL(demo.base_url).host);
    await expect(page.locator(".link")).toHaveText(/Live$/, { timeout: 20_000 });
    await wedge(page, third.token); // still signed in, still on shift
    await expect(heading(page)).toHaveText("Admitted");
    expect(await inside(demo)).toBe(before + 3);
  } finally {
    await server.end("SIGTERM");
    rmSync(data, { recursive: true, force: true });
  }
});

declare global {
  interface Window {
    version?: string;
    shift?: string;
  }
}

test("a new version comes in between shifts and takes the queue along", async ({ demo, camera, phones }) => {
  const gates = await gatesOf(demo);
  const [first, second] = [await guest(demo), await guest(demo)];
  camera.play({ seconds: 0.1 });
  const wire = new Wire(demo.base_url);
  const url = await wire.open();
  const context = await phones({ allow: CUT });
  const page = await context.newPage();
  await signIn(page, { ...demo, base_url: url }, demo.gate_key);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  await startShift(page, gates.in);
  await page.evaluate(() => {
    window.shift = "the same";
  });
  const before = await inside(demo);
  wire.fate = ({ path }) => (path.includes("/scan") && path.startsWith("/api/") ? "lost" : "pass");
  await wedge(page, first.token);
  await expect(heading(page)).toHaveText("Admitted offline");
  await cleared(page);

  // Deployed: the old version's script is gone from the server.
  const old = /scan-[\w-]+\.js/.exec(await (await fetch(`${demo.base_url}/scan`)).text())?.[0] ?? "";
  wire.swap = async (path, fetched) => {
    const renewed = (text: string) => text.replaceAll(old, "scan-next.js");
    if (path === "/scan") return { status: 200, type: "text/html", body: renewed(await fetched("/scan")) };
    if (path === "/scan-sw.js")
      return {
        status: 200,
        type: "text/javascript",
        body: renewed(await fetched("/scan-sw.js")).replace(/`\$\{surface\}-\w+`/, '"scan-next"'),
      };
    if (path === "/assets/scan-next.js")
      return {
        status: 200,
        type: "text/javascript",
        body: `${await fetched(`/assets/${old}`)}\nwindow.version = "next";`,
      };
    if (path === `/assets/${old}`) return { status: 404, type: "text/plain", body: "" };
    return undefined;
  };
  await page.evaluate(async () => {
    const worker = navigator.serviceWorker;
    const changed = new Promise((done) => worker.addEventListener("controllerchange", done));
    await (await worker.getRegistration())?.update();
    await changed;
  });
  // The shift goes on, and on the page that it began with.
  await wedge(page, second.token);
  await expect(heading(page)).toHaveText("Admitted offline");
  await cleared(page);
  expect(await page.evaluate(() => [window.shift, window.version])).toEqual(["the same", undefined]);

  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("button", { name: "End shift" }).click();
  await page.waitForFunction(() => window.version === "next");
  await expect(page.getByText("2 waiting to be sent")).toBeVisible();
  // Without a network it is the new version that opens.
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByText("2 waiting to be sent")).toBeVisible();
  expect(await page.evaluate(() => window.version)).toBe("next");
  await context.setOffline(false);
  wire.fate = () => "pass";
  await startShift(page, gates.in);
  await expect(page.locator(".link")).toHaveText(/Live$/, { timeout: 10_000 });
  expect(await inside(demo)).toBe(before + 2);
  wire.close();
});

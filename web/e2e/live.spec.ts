import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import type { Occupancy, VenueOccupancy } from "../src/server/shapes";
import { api, type Demo, expect, expectAccessible, expectNoOverflow, listen, test } from "./lanyard";
import { Wire } from "./wire";

const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 360, height: 740 };
/** These tests' own people: others take from the front of the roster. */
const OURS = 60;
let taken = OURS;

/** Tokens of people who aren't inside anywhere yet. */
async function tokens(demo: Demo, n: number): Promise<string[]> {
  const desk = api(demo, demo.desk_key);
  const people = (await desk.attendees("status=active&limit=200")).slice(taken, taken + n);
  taken += n;
  const found = await Promise.all(people.map((p) => desk.badge(p.badge?.id ?? "")));
  return found.map((b) => {
    if (!b.token) throw new Error("the demonstration's roster is too short");
    return b.token;
  });
}

/** Makes a hall of its own, so that no test counts another one's people. */
async function hall(demo: Demo, id: string, capacity: number, name?: object) {
  const organizer = api(demo, demo.organizer_key);
  await organizer.add("venues", { id, name: name ?? { en: `Hall ${id}`, zh: `${id}馆` }, capacity });
  await organizer.add("gates", {
    id: `${id}-door`,
    venue: id,
    name: { en: `${id} door`, zh: `${id}门` },
    direction: "both",
  });
  const supervisor = api(demo, demo.supervisor_key);
  return {
    gate: `${id}-door`,
    enter: async (...all: string[]) => {
      for (const token of all) await supervisor.scan(token, `${id}-door`, "in");
    },
    leave: (token: string) => supervisor.scan(token, `${id}-door`, "out"),
  };
}

const tile = (page: Page, id: string) => page.locator(`.tile[data-venue="${id}"]`);

async function open(page: Page, demo: Demo, path: string, key = demo.security_key) {
  await page.request.post(`${demo.base_url}/api/v1/session`, { data: { key } });
  await page.goto(demo.base_url + path);
}

async function expectGood(page: Page) {
  for (const size of [PHONE, WIDE]) {
    await page.setViewportSize(size);
    await expectNoOverflow(page);
  }
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
  await page.emulateMedia({ colorScheme: null });
}

test("a server that hangs makes the board stale within 20 s, not longer than it hangs", async ({
  page,
  demo,
  watch,
}, info) => {
  watch.allow.push("ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET", "ERR_INCOMPLETE_CHUNKED_ENCODING");
  const between = new Wire(demo.base_url);
  const base_url = await between.open();
  await page.clock.install();
  await open(page, { ...demo, base_url }, "/live");
  await expect(page.locator(".pulse")).toHaveText("Live");
  between.hang();
  await page.clock.runFor(14_000);
  await expect(page.locator(".board")).not.toHaveClass(/stale/);
  await page.clock.runFor(7_000);
  await expect(page.getByText("Stale: these numbers are of")).toBeVisible();
  await expect(page).toHaveTitle(/^! Stale/);
  await expect(page.locator(".tile .inside .rolling").first()).toHaveCSS(
    "text-decoration-line",
    "line-through",
  );
  await expectGood(page);
  await page.screenshot({ path: info.outputPath("stale.png") });
  between.mend();
  await expect(async () => {
    await page.clock.runFor(5000);
    await expect(page.locator(".board")).not.toHaveClass(/stale/, { timeout: 500 });
  }).toPass({ timeout: 15_000 });
  await expect(page).toHaveTitle("Live · Lanyard");
  await page.close();
  between.close();
});

test("a scan is on the board within a second, and a tile keeps its place", async ({ page, demo }) => {
  const lobby = await hall(demo, "lobby", 8);
  const all = await tokens(demo, 8);
  await open(page, demo, "/live");
  const inside = tile(page, "lobby").locator(".inside");
  await expect(inside).toHaveText("0");
  const order = () => page.locator(".tile").evaluateAll((tiles) => tiles.map((t) => t.dataset.venue));
  const before = await order();
  await lobby.enter(...all.slice(0, 1));
  await expect(inside).toHaveText("1", { timeout: 1000 });
  await lobby.enter(...all.slice(1, 5));
  await expect(inside).toHaveText("5", { timeout: 1000 });
  await expect(tile(page, "lobby").locator(".percent")).toHaveText("62 %");
  await expect(tile(page, "lobby").locator(".rates")).toContainText("1 in / min");
  expect(await order()).toEqual(before);

  // Now it changes state, and goes where it belongs.
  await lobby.enter(...all.slice(5, 6));
  await expect(tile(page, "lobby")).toHaveClass(/amber/);
  await expect(tile(page, "lobby")).toContainText("filling");
  await lobby.enter(...all.slice(6));
  await expect(tile(page, "lobby")).toHaveClass(/alarm/);
  expect((await order())[0]).toBe("lobby");
  for (const token of all) await lobby.leave(token);
  await expect(page.getByText("Full: Hall lobby")).toHaveCount(0);
});

test("a full venue raises the alarm: title, banner, and sound once it may", async ({ page, demo }, info) => {
  await page.addInitScript(() => {
    // Counts the tones that are really started.
    const start = OscillatorNode.prototype.start;
    Object.assign(window, { tones: 0 });
    OscillatorNode.prototype.start = function (when?: number) {
      (window as unknown as { tones: number }).tones++;
      return start.call(this, when);
    };
  });
  const tones = () => page.evaluate(() => (window as unknown as { tones: number }).tones);
  const cabin = await hall(demo, "cabin", 3);
  const [first = "", second = "", third = ""] = await tokens(demo, 3);
  await cabin.enter(first, second);
  await open(page, demo, "/live");
  await expect(tile(page, "cabin").locator(".inside")).toHaveText("2");
  await page.getByRole("button", { name: "Turn the alarm sound on" }).press("Enter");
  await expect(page.getByRole("button", { name: "Alarm sound is on" })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  expect(await tones()).toBe(0);

  await cabin.enter(third);
  await expect(page.getByRole("alert")).toContainText("Full: Hall cabin");
  await expect(page).toHaveTitle(/^■ Full: Hall cabin · Live/);
  await expect.poll(tones).toBeGreaterThan(0);
  await expectGood(page);
  await page.screenshot({ path: info.outputPath("alarm.png") });
  await page.getByRole("button", { name: "Stop the sound" }).click();
  await expect(page.getByRole("button", { name: "Stop the sound" })).toHaveCount(0);
  await expect(page.getByRole("alert")).toContainText("Full: Hall cabin");

  await cabin.leave(third);
  await expect(page.getByText("Full: Hall cabin")).toHaveCount(0);
  await expect(page).toHaveTitle("Live · Lanyard");
  const heard = await tones();
  await cabin.enter(third);
  await expect.poll(tones).toBeGreaterThan(heard);
  await cabin.leave(third);
});

test("refusals, overrides and conflicts are told as they come, and what went before", async ({
  page,
  demo,
}, info) => {
  const studio = await hall(demo, "studio", 1);
  const [first = "", second = "", third = ""] = await tokens(demo, 3);
  const supervisor = api(demo, demo.supervisor_key);
  await studio.enter(first, second);
  await open(page, demo, "/live");
  const notices = page.locator(".notices li");
  await expect(notices.first()).toContainText("Refused: venue full");
  await expect(notices.first()).toContainText("studio door · Hall studio");
  await supervisor.send({
    token: second,
    gate: studio.gate,
    direction: "in",
    override: { reason: "The speaker" },
  });
  await expect(notices.first()).toContainText("Let in by override: venue full");
  await expect(notices.first()).toContainText("The speaker");
  const scanned_at = new Date().toISOString();
  await supervisor.send({
    token: third,
    gate: studio.gate,
    direction: "in",
    offline: true,
    verdict: "admitted",
    scanned_at,
  });
  await expect(notices.first()).toContainText("Conflict: venue full");
  await expect(notices.first()).toContainText("offline");
  await page.screenshot({ path: info.outputPath("notices.png"), fullPage: true });
  for (const token of [first, second, third]) await studio.leave(token);
});

test("a gate that gives no sign any more is told as silent, on the board and on the wall", async ({
  page,
  demo,
  watch,
}, info) => {
  watch.allow.push("ERR_FAILED");
  const pier = await hall(demo, "pier", 9);
  await pier.enter(...(await tokens(demo, 1)));
  let minutes = 9;
  await page.route("**/live", (route) =>
    route.request().resourceType() === "document" ? route.continue() : route.abort(),
  );
  await page.route("**/occupancy", async (route) => {
    const answer = await route.fetch();
    const board: Occupancy = await answer.json();
    const seen = new Date(Date.parse(board.at) - minutes * 60_000).toISOString();
    const gates = (of: VenueOccupancy) =>
      of.gates.map((g) => (g.id === pier.gate ? { ...g, last_seen: seen } : g));
    await route.fulfill({
      json: { ...board, venues: board.venues.map((v) => ({ ...v, gates: gates(v) })) },
    });
  });
  await open(page, demo, "/live");
  await expect(tile(page, "pier")).toBeVisible();
  await expect(page.locator(".silent")).toHaveCount(0);
  minutes = 15;
  await expect(page.locator(".silent")).toContainText("pier door (15 min ago)", { timeout: 15_000 });
  await page.screenshot({ path: info.outputPath("silent.png") });
  await open(page, demo, "/live?wall&lang=zh");
  await expect(page.locator(".silent")).toContainText("pier门");
  await page.setViewportSize(WIDE);
  await page.screenshot({ path: info.outputPath("silent-wall.png") });
});

test("a venue opens enlarged with its gates and its history", async ({ page, demo }, info) => {
  const annex = await hall(demo, "annex", 20);
  await annex.enter(...(await tokens(demo, 4)));
  await open(page, demo, "/live");
  await page.getByRole("link", { name: "Hall annex" }).press("Enter");
  await expect(page.locator(".venue .inside")).toHaveText("4");
  await expect(page.locator(".chart canvas")).toBeVisible();
  await expect(page.getByRole("row", { name: /annex door/ })).toContainText("just now");
  await page.getByText("As a table").click();
  await expect(page.locator("details tbody tr").last()).toContainText("4");
  await page.getByRole("radio", { name: "48 hours" }).check();
  await expect(page.locator(".chart canvas")).toBeVisible();
  await expectGood(page);
  await page.screenshot({ path: info.outputPath("venue.png"), fullPage: true });
  await page.goBack();
  await expect(page.locator(".tiles")).toBeVisible();
});

test("who is inside is searched, printed and saved", async ({ page, demo }, info) => {
  const forum = await hall(demo, "forum", 50);
  const people = (await api(demo, demo.desk_key).attendees("status=active&limit=200")).slice(
    taken,
    taken + 3,
  );
  await forum.enter(...(await tokens(demo, 3)));
  await open(page, demo, "/live#inside");
  await page.getByLabel("Venue").selectOption("forum");
  const rows = page.locator(".people tbody tr");
  await expect(rows).toHaveCount(3);
  const sought = people[1];
  if (!sought) throw new Error("the demonstration's roster is too short");
  await page.locator("h1").click();
  await page.keyboard.press("/");
  await page.keyboard.type(sought.name.toUpperCase());
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText(sought.ref);
  await expect(page.getByRole("status")).toContainText("1 of 3");
  await page.getByLabel("Find a person").fill("nobody-has-this-name");
  await expect(page.getByText("Nobody matches.")).toBeVisible();
  await page.getByLabel("Find a person").fill("");

  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Save as CSV" }).click(),
  ]);
  const csv = await readFile(await file.path(), "utf8");
  expect(csv.startsWith("\ufeffvenue,badge,ref,name")).toBe(true);
  expect(csv.trim().split("\r\n")).toHaveLength(4);
  expect(csv).toContain(sought.ref);

  await expectGood(page);
  await page.screenshot({ path: info.outputPath("inside.png"), fullPage: true });
  await page.emulateMedia({ media: "print" });
  await expect(page.getByLabel("Find a person")).toBeHidden();
  await expect(page.locator(".on-paper")).toBeVisible();
  await expect(rows.first()).toBeVisible();
});

test("people are ticked off without a network, and nothing of it is lost", async ({
  page,
  context,
  demo,
  watch,
}, info) => {
  watch.allow.push("ERR_INTERNET_DISCONNECTED");
  const annex2 = await hall(demo, "assembly", 50);
  const [first = "", ...rest] = await tokens(demo, 3);
  await annex2.enter(first, ...rest);
  await open(page, demo, "/live#roll");
  await expect(page.getByText("Lists everybody who is inside now")).toBeVisible();
  await expectGood(page);
  await page.getByRole("button", { name: "Start the roll call" }).click();
  const group = page.getByRole("region", { name: "Hall assembly" });
  const boxes = group.getByRole("checkbox");
  await expect(boxes).toHaveCount(3);
  await page.evaluate(() => navigator.serviceWorker.ready);

  await context.setOffline(true);
  await expect(page.getByText("No network: ticks are kept on this device")).toBeVisible({ timeout: 8000 });
  await boxes.nth(0).press("Space");
  await boxes.nth(1).check();
  await boxes.nth(1).uncheck();
  await boxes.nth(2).check();
  await expect(group.getByRole("heading")).toContainText("2 of 3 safe");
  // Who is ticked stays under the finger; the shorter list is for the asking.
  await page.getByLabel("Only those missing").check();
  await expect(boxes).toHaveCount(1);
  await expect(group.getByRole("heading")).toContainText("2 of 3 safe");
  await boxes.nth(0).check();
  await expect(boxes).toHaveCount(1);
  await boxes.nth(0).uncheck();
  await expectGood(page);
  await page.screenshot({ path: info.outputPath("roll.png"), fullPage: true });

  // Closed and opened again without a network.
  await page.reload();
  await expect(group.getByRole("heading")).toContainText("2 of 3 safe");
  await context.setOffline(false);
  await page.reload();
  await expect(group.getByRole("heading")).toContainText("2 of 3 safe");
  // Who leaves by a gate has been seen.
  for (const token of [first, ...rest]) await annex2.leave(token);
  await expect(group.getByRole("heading")).toContainText("3 of 3 safe");

  await page.getByRole("button", { name: "End the roll call" }).click();
  await page.getByRole("button", { name: "End it" }).click();
  await expect(page.getByRole("button", { name: "Start the roll call" })).toBeVisible();
  // Nobody's name is left on this device; the others may still be at it.
  await page.reload();
  await expect(page.getByRole("button", { name: "Take part" })).toBeVisible();
  const kept = await page.evaluate(async () => {
    const request = indexedDB.open("lanyard-live");
    await new Promise((done) => request.addEventListener("success", done));
    const count = (name: string) =>
      new Promise<number>((done) => {
        const ask = request.result.transaction(name).objectStore(name).count();
        ask.onsuccess = () => done(ask.result);
      });
    return [await count("rolls"), await count("marks")];
  });
  expect(kept).toEqual([0, 0]);
});

test("several devices tick people off in one roll call", async ({ page, browser, demo }) => {
  const yard = await hall(demo, "yard", 50);
  const all = await tokens(demo, 2);
  await yard.enter(...all);
  await open(page, demo, "/live#roll");
  await page.getByRole("button", { name: /^Start/ }).click();
  const here = page.getByRole("region", { name: "Hall yard" });
  await expect(here.getByRole("checkbox")).toHaveCount(2);

  const context = await browser.newContext({ locale: "en-GB", timezoneId: "Asia/Shanghai", viewport: PHONE });
  const phone = await context.newPage();
  const seen = listen(context);
  await open(phone, demo, "/live#roll", demo.supervisor_key);
  await phone.getByRole("button", { name: "Take part" }).click();
  const there = phone.getByRole("region", { name: "Hall yard" });
  await expect(there.getByRole("checkbox")).toHaveCount(2);
  // Both at once, the phone in a dead spot.
  await context.setOffline(true);
  await there.getByRole("checkbox").nth(0).check();
  await here.getByRole("checkbox").nth(1).check();
  await context.setOffline(false);
  await expect(here.getByRole("heading")).toContainText("2 of 2 safe", { timeout: 10_000 });
  await expect(there.getByRole("heading")).toContainText("2 of 2 safe", { timeout: 10_000 });
  await here.getByRole("checkbox").nth(0).uncheck();
  await expect(there.getByRole("heading")).toContainText("1 of 2 safe", { timeout: 10_000 });
  expect(seen.filter((s) => !s.includes("ERR_INTERNET_DISCONNECTED"))).toEqual([]);
  await context.close();
  for (const token of all) await yard.leave(token);
});

test("fifty venues stay readable, on a desk, a phone and a wall, in both languages", async ({
  page,
  demo,
}, info) => {
  const organizer = api(demo, demo.organizer_key);
  const more = 50 - (await organizer.count("venues"));
  for (let n = 1; n <= more; n++) {
    const name = { en: `Exhibition Hall ${n}, East Wing, Second Floor`, zh: `第${n}展览厅东翼二层` };
    await organizer.add("venues", { id: `hall-${n}`, name, capacity: [120_000, 400, 60, 0][n % 4] });
  }
  for (const [name, viewport, path] of [
    ["desk", WIDE, "/live"],
    ["phone", PHONE, "/live?lang=zh"],
    ["wall", { width: 1920, height: 1080 }, "/live?wall"],
    ["zoomed", { width: WIDE.width / 2, height: WIDE.height / 2 }, "/live"],
  ] as const) {
    await page.setViewportSize(viewport);
    await open(page, demo, path);
    await expect(page.locator(".tile")).toHaveCount(50);
    await expectNoOverflow(page);
    // Nothing of a number sticks out of its tile.
    const cut = await page.locator(".tile").evaluateAll((tiles) =>
      tiles.flatMap((t) => {
        const box = t.getBoundingClientRect();
        const count = t.querySelector(".count")?.lastElementChild?.getBoundingClientRect();
        return count && (count.right > box.right || count.bottom > box.bottom) ? [t.textContent] : [];
      }),
    );
    expect(cut).toEqual([]);
    if (name === "wall") {
      const last = await page.locator(".tile").last().boundingBox();
      expect((last?.y ?? 0) + (last?.height ?? 0)).toBeLessThanOrEqual(viewport.height);
      await expect(page.locator(".top")).toBeHidden();
      await expect(page.getByRole("button")).toHaveCount(0);
      await expect(tile(page, "banquet").locator("h2")).toContainText("Welcome Banquet");
      await expect(tile(page, "banquet").locator("h2")).toContainText("欢迎晚宴");
      await expect(page.locator("html")).toHaveCSS("color-scheme", "dark");
      await page.keyboard.press("Tab");
      await expect(page.locator(".leave-wall")).toBeVisible();
    }
    if (name !== "zoomed") await expectAccessible(page);
    await page.screenshot({ path: info.outputPath(`${name}.png`) });
  }
});

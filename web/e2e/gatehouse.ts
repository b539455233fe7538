// A gate with its phones: a browser whose camera a test directs, and what staff do at it.
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { FakeCamera } from "./camera";
import { api, test as base, type Demo, expect, expectAccessible, expectNoOverflow, listen } from "./lanyard";

interface Gatehouse {
  readonly camera: FakeCamera;
  /** A phone of its own: nothing signed in, nothing kept. */
  readonly phone: (options?: { allow?: string[]; lang?: string }) => Promise<BrowserContext>;
}

export const test = base.extend<{ phones: Gatehouse["phone"] }, { camera: FakeCamera; eyes: Browser }>({
  camera: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern
    async ({}, use) => {
      const camera = new FakeCamera();
      camera.play({ seconds: 0.1 });
      await use(camera);
      camera.remove();
    },
    { scope: "worker" },
  ],
  eyes: [
    async ({ camera, launchOptions }, use) => {
      const browser = await camera.launch(launchOptions);
      await use(browser);
      await browser.close();
    },
    { scope: "worker" },
  ],
  phones: async ({ eyes }, use) => {
    const opened: { context: BrowserContext; seen: string[]; allow: string[] }[] = [];
    await use(async ({ allow = [], lang = "en-GB" } = {}) => {
      const context = await eyes.newContext({
        locale: lang,
        timezoneId: "Asia/Shanghai",
        viewport: { width: 360, height: 740 },
      });
      opened.push({ context, seen: listen(context), allow: ["/api/v1/me", ...allow] });
      return context;
    });
    for (const { context, seen, allow } of opened) {
      await context.close();
      expect(seen.filter((s) => !allow.some((a) => s.includes(a)))).toEqual([]);
    }
  },
});

/** Without a network a page can't help these. */
export const NO_NETWORK = ["ERR_INTERNET_DISCONNECTED", "ERR_FAILED"];

export const heading = (page: Page) => page.getByRole("alertdialog").getByRole("heading");

export async function signIn(page: Page, demo: Demo, key: string) {
  await page.goto(`${demo.base_url}/scan`);
  await page.getByLabel("Your key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("button", { name: "Start shift" })).toBeVisible();
}

export async function startShift(page: Page, gate: string) {
  await page.getByLabel("Gate").selectOption(gate);
  await page.getByRole("button", { name: "Start shift" }).click();
  await expect(page.locator(".shift")).toBeVisible();
}

/** As a handheld reader types it: all at once, however busy this machine is. */
export const wedge = (page: Page, code: string) =>
  page.evaluate((typed) => {
    for (const key of [...typed, "Enter"])
      (document.activeElement ?? document.body).dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
      );
  }, code);

/** On to the next person. */
export async function cleared(page: Page) {
  await page.keyboard.press("Escape");
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
}

let used = 60;

/** Somebody with an active badge, nowhere inside, whom no other test has used. */
export async function guest(demo: Demo) {
  const desk = api(demo, demo.desk_key);
  for (;;) {
    const person = (await desk.attendees("status=active&limit=200"))[used++];
    if (!person?.badge) throw new Error("the demonstration's roster is too short");
    const { token } = await desk.badge(person.badge.id);
    const { in: gate } = await gatesOf(demo);
    const would = await api(demo, demo.supervisor_key).look(token ?? "", gate);
    if (token && would.result === "admitted") return { name: person.name, badge: person.badge.id, token };
  }
}

export async function gatesOf(demo: Demo) {
  const gates = await api(demo, demo.organizer_key).gates();
  const entry = gates.find((g) => g.direction === "in");
  const exit = gates.find((g) => g.direction === "out" && g.venue === entry?.venue);
  if (!entry || !exit) throw new Error("the demonstration lacks a pair of gates");
  return { in: entry.id, out: exit.id, venue: entry.venue };
}

export const inside = async (demo: Demo) =>
  (await api(demo, demo.security_key).inside((await gatesOf(demo)).venue)) ?? Number.NaN;

export async function picture(page: Page, path: (name: string) => string, name: string) {
  for (const [size, width, height] of [
    ["phone", 360, 740],
    ["wide", 1440, 900],
  ] as const) {
    await page.setViewportSize({ width, height });
    await expectNoOverflow(page);
    for (const colorScheme of size === "phone" ? (["light", "dark"] as const) : (["light"] as const)) {
      await page.emulateMedia({ colorScheme });
      if (size === "phone") await expectAccessible(page);
      await page.screenshot({ path: path(`${name}-${size}-${colorScheme}.png`) });
    }
  }
  await page.setViewportSize({ width: 360, height: 740 });
  await page.emulateMedia({ colorScheme: null });
}

export { expect };

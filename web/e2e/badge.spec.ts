import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { figure } from "./figures";
import { api, type Demo, expect, expectAccessible, expectNoOverflow, readCode, test } from "./lanyard";

const phone = { width: 360, height: 640 };

/** Lets the page ask at once what it would ask in a few seconds. */
const lookAgain = (page: Page) => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));

/** Some person of the roster with a badge; each test takes another one. */
async function someone(demo: Demo, nth: number) {
  const person = (await api(demo, demo.desk_key).attendees("status=active&limit=50"))[nth];
  if (!person?.badge) throw new Error("the demonstration's roster is too short");
  return { person, badge: person.badge, page: person.badge.page_url };
}

test.use({ viewport: phone });

test("a badge is read off the screen, opens a gate once and then tells where one is", async ({
  page,
  demo,
}, info) => {
  await page.goto(demo.badge_page);
  const picture = await page.screenshot({ path: info.outputPath("badge.png") });
  const token = readCode(picture);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));

  const gates = await api(demo, demo.organizer_key).gates();
  const gate = api(demo, demo.gate_key);
  const mine = await gate.gates();
  const entry = mine.find((g) => g.direction === "in") ?? gates.find((g) => g.direction === "in");
  if (!entry) throw new Error("the demonstration has no gate to go in by");

  const first = await gate.scan(token, entry.id);
  expect(first).toMatchObject({ result: "admitted", replayed: false });
  const second = await gate.scan(token, entry.id);
  expect(second).toMatchObject({ result: "denied", reason: "already_inside", earlier: { gate: entry.id } });

  // It appears by itself, in sight, and is read out: nobody touches the phone.
  const told = page.getByRole("status").filter({ hasText: "Admitted" });
  await expect(told).toBeInViewport({ timeout: 20_000 });
  await expect(told).toContainText("You are inside:");
  expect(await page.evaluate(() => Reflect.get(window, "sameDocument"))).toBe(true);
  await page.screenshot({ path: info.outputPath("inside.png"), fullPage: true });
  await page.goto(`${demo.badge_page}?lang=zh`);
  await expect(page.locator(".inside")).toContainText("已入场");
  await expect(page.locator(".inside")).toContainText("您已进入");
});

test("the number under the code is the badge's, to be typed at a gate", async ({ page, demo }) => {
  const { badge, page: url } = await someone(demo, 8);
  await page.goto(url);
  const number = page.locator(".badge .number bdi");
  await expect(number).toHaveText(badge.id);
  await expect(number).toBeInViewport();
  const [, claims = ""] = readCode(await page.screenshot()).split(".");
  expect(JSON.parse(Buffer.from(claims, "base64url").toString()).jti).toBe(badge.id);
});

test("the screen stays awake while the code is shown, and only then", async ({ page, demo }) => {
  await page.addInitScript(() => {
    Object.assign(window, { kept: 0 });
    const request = async () => {
      Object.assign(window, { kept: Reflect.get(window, "kept") + 1 });
    };
    Object.defineProperty(navigator, "wakeLock", { value: { request } });
  });
  const { badge, page: url } = await someone(demo, 9);
  const kept = () => page.evaluate(() => Reflect.get(window, "kept"));
  await page.goto(url);
  await expect.poll(kept).toBe(1);
  await lookAgain(page); // a phone that was put away lets go of it
  await expect.poll(kept).toBe(2);
  await api(demo, demo.desk_key).revoke(badge.id);
  await page.goto(url);
  await expect(page.getByText("This badge is not valid")).toBeVisible();
  await page.waitForLoadState("networkidle");
  expect(await kept()).toBe(0);
});

test("nothing about the person is in the title, the address or a Referer", async ({ page, demo }) => {
  const { person, page: url } = await someone(demo, 10);
  const sent: string[] = [];
  page.on("request", (r) => sent.push(`${r.url()} ${r.headers().referer ?? ""}`));
  await page.goto(url);
  await page.getByText("The picture does not save?").click();
  await page.waitForLoadState("networkidle");
  const told = [await page.title(), page.url(), ...sent].join(" ");
  for (const own of [person.name, person.name_latin, person.ref, person.organization])
    if (own) expect(told).not.toContain(own);
  expect(sent.filter((s) => !s.endsWith(" "))).toEqual([]);
  await expect(page.locator('meta[name="robots"]')).toHaveAttribute("content", /noindex/);
});

test("the picture is saved by a tap, or by holding it where a tap saves nothing", async ({ page, demo }) => {
  await page.goto(demo.badge_page);
  const token = readCode(await page.screenshot());
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Save picture" }).click(),
  ]);
  expect(file.suggestedFilename()).toBe("badge.png");
  expect(readCode(await readFile(await file.path()))).toBe(token);
  const picture = page.locator(".hold img");
  await expect(picture).toBeHidden();
  await page.getByText("The picture does not save?").press("Enter");
  await picture.scrollIntoViewIfNeeded();
  await expect(picture).toBeVisible();
  await expect
    .poll(() => picture.evaluate((img) => img instanceof HTMLImageElement && img.complete))
    .toBe(true);
  expect(readCode(await picture.screenshot())).toBe(token);
  // Home screens: a name, an icon for each kind of phone, and no browser around it.
  const manifest = await page.request.get(`${demo.base_url}/manifest.webmanifest`);
  expect(await manifest.json()).toMatchObject({ display: "standalone" });
  const icon = await page.locator('link[rel="apple-touch-icon"]').getAttribute("href");
  expect((await page.request.get(demo.base_url + icon)).headers()["content-type"]).toBe("image/png");
});

test("the code is in sight at once, as wide as the phone, on white by day and night", async ({
  page,
  demo,
}) => {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(demo.badge_page);
    const box = await page.locator(".qr svg").boundingBox();
    expect(box?.width).toBeGreaterThan(phone.width - 24);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(phone.height);
    await expect(page.locator(".qr")).toHaveCSS("background-color", "rgb(255, 255, 255)");
    await expect(page.locator("h1.name")).toHaveCSS("font-size", "40px");
    readCode(await page.screenshot());
  }
});

test("it weighs less than 30 KB in all", async ({ page, demo }, info) => {
  const sizes = new Map<string, number>();
  page.context().on("response", async (r) => {
    const body = await r.body().catch(() => Buffer.alloc(0));
    sizes.set(r.url().replace(demo.base_url, ""), body.length);
  });
  await page.goto(demo.badge_page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForLoadState("networkidle");
  const total = [...sizes.values()].reduce((a, b) => a + b, 0);
  figure(info, "attendee's page with all that it loads", `${(total / 1024).toFixed(1)} KB`, "under 30 KB");
  expect(sizes.size).toBeGreaterThan(3);
  expect(total, JSON.stringify([...sizes])).toBeLessThan(30 * 1024);
});

test("once opened it opens without a network", async ({ page, context, demo, watch }) => {
  watch.allow.push("ERR_INTERNET_DISCONNECTED", "ERR_FAILED");
  await page.goto(demo.badge_page);
  await page.waitForFunction(async () => {
    await navigator.serviceWorker.ready;
    return (await caches.match(location.href)) !== undefined;
  });
  const token = readCode(await page.screenshot());
  await context.setOffline(true);
  await page.reload();
  expect(readCode(await page.screenshot())).toBe(token);
  await expect(page.locator("h1.name")).toBeVisible();
  // In the other language there is what was opened: better than nothing.
  await page.goto(`${demo.badge_page}?lang=zh`);
  expect(readCode(await page.screenshot())).toBe(token);
  await context.setOffline(false);
  await page.goto(`${demo.badge_page}?lang=zh`);
  await expect(page.locator("html")).toHaveAttribute("lang", "zh");
});

test("the worker leaves the API alone", async ({ page, demo }) => {
  await page.goto(demo.badge_page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  const status = page.waitForResponse((r) => r.url().endsWith("/status"));
  await lookAgain(page);
  expect((await status).fromServiceWorker()).toBe(false);
  const kept = await page.evaluate(async () => {
    await fetch("/healthz");
    const urls: string[] = [];
    for (const name of await caches.keys()) {
      for (const r of await (await caches.open(name)).keys()) urls.push(new URL(r.url).pathname);
    }
    return urls;
  });
  expect(kept.filter((p) => !/^\/(assets\/|b\/[^/]+(\/badge\.png)?$)/.test(p))).toEqual([]);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });
  test("it is complete", async ({ page, demo }) => {
    await page.goto(demo.badge_page);
    readCode(await page.screenshot());
    await page.getByText("Add to home screen", { exact: true }).click();
    await expect(page.getByText("The badge then opens without a signal.")).toBeVisible();
    const picture = await page.getByRole("link", { name: "Save picture" }).getAttribute("href");
    const answer = await page.request.get(demo.base_url + picture);
    expect(answer.headers()["content-type"]).toBe("image/png");
    readCode(await answer.body());
  });
});

for (const lang of ["en", "zh"] as const) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`it reads well in ${lang}, ${colorScheme}, on a phone and a wide screen`, async ({
      page,
      demo,
    }, info) => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const size of [
        { width: 360, height: 740 },
        { width: 740, height: 360 },
        { width: 1440, height: 900 },
      ]) {
        await page.setViewportSize(size);
        await page.goto(`${demo.badge_page}?lang=${lang}`);
        await expect(page.locator("html")).toHaveAttribute("lang", lang);
        await expect(
          page.getByRole("link", { name: lang === "zh" ? "保存图片" : "Save picture" }),
        ).toBeVisible();
        await expectNoOverflow(page);
        await page.screenshot({ path: info.outputPath(`${size.width}.png`), fullPage: true });
      }
      await expectAccessible(page);
    });
  }
}

test("its headers keep it private", async ({ page, demo }) => {
  const answer = await page.goto(demo.badge_page);
  const headers = answer?.headers() ?? {};
  expect(headers["referrer-policy"]).toBe("no-referrer");
  expect(headers["x-robots-tag"]).toContain("noindex");
  expect(headers["cache-control"]).toContain("private");
  expect(headers["content-security-policy"]).toContain("default-src 'none'");
  expect(headers["content-security-policy"]).not.toContain("unsafe-inline");
});

test("names of every script and length are never clipped", async ({ page, demo }, info) => {
  const { person, page: url } = await someone(demo, 7);
  const desk = api(demo, demo.desk_key);
  for (const [i, name] of [
    "عبد الرحمن بن محمد الفيصل آل سعود",
    "สมเกียรติ วัฒนศิริพงษ์ประเสริฐ",
    "Wolfeschlegelsteinhausenbergerdorff-Kleinschmidtmeyer von und zu Hohenlohe-Waldenburg",
    "迪丽热巴·迪力木拉提",
    '<script>alert("x")</script>',
  ].entries()) {
    await desk.change(person.id, { name });
    await page.goto(url);
    const h1 = page.locator("h1.name");
    await expect(h1).toHaveText(name);
    const fits = await h1.evaluate(
      (e) => e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight + 1,
    );
    expect(fits, name).toBe(true);
    await expectNoOverflow(page);
    await page.screenshot({ path: info.outputPath(`${i}.png`), fullPage: true });
  }
  await desk.change(person.id, { name: person.name });
});

test("a badge that was revoked shows no code any more, in both languages", async ({
  page,
  demo,
  watch,
}, info) => {
  watch.allow.push("410", "404");
  const { badge, page: url } = await someone(demo, 11);
  await page.goto(url);
  await expect(page.locator(".qr")).toBeVisible();
  await api(demo, demo.desk_key).revoke(badge.id);
  await lookAgain(page);
  await expect(page.locator(".qr")).toHaveCount(0);
  await expect(page.getByText("This badge is not valid")).toBeVisible();
  await expect(page.getByText("此证件无效")).toBeVisible();
  await expect(page.getByRole("link", { name: "Save picture" })).toHaveCount(0);
  await expectAccessible(page);
  await page.screenshot({ path: info.outputPath("revoked.png"), fullPage: true });
});

test("a link to nothing says so in two languages", async ({ page, demo, watch }) => {
  watch.allow.push("404");
  for (const path of ["/b/AAAAAAAAAAAAAAAAAAAAAA", "/nowhere"]) {
    const answer = await page.goto(demo.base_url + path);
    expect(answer?.status()).toBe(404);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is no such page");
    await expect(page.getByText("没有这个页面")).toBeVisible();
    await expectAccessible(page);
  }
});

test("printed, it is one A6 page", async ({ page, demo }) => {
  await page.goto(demo.badge_page);
  await page.emulateMedia({ media: "print" });
  for (const shown of [".event", ".qr", ".number", ".name", ".band", "dl"])
    await expect(page.locator(`.badge ${shown}`)).toBeVisible();
  await expect(page.locator("nav")).toBeHidden();
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
  const [, width, height] = /\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf) ?? [];
  const mm = (points: string | undefined) => Math.round((Number(points) / 72) * 25.4);
  expect([mm(width), mm(height)]).toEqual([105, 148]);
});

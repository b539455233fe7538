import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import {
  api,
  test as base,
  type Demo,
  expect,
  expectAccessible,
  expectNoOverflow,
  listen,
  readCode,
  startEmpty,
} from "./lanyard";

/** What the desk is, with nothing in it but the first organizer; the tests build on one another. */
const test = base.extend<object, { hall: { url: string; key: string } }>({
  hall: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern
    async ({}, use) => {
      const { url, key, stop } = await startEmpty();
      try {
        await use({ url, key });
      } finally {
        await stop();
      }
    },
    { scope: "worker" },
  ],
});
test.describe.configure({ mode: "serial" });

const EVENT = "ciep21";

/** The hall as the helpers of the demonstration know one. */
const asDemo = ({ url, key }: { url: string; key: string }): Demo => ({
  base_url: url,
  event: EVENT,
  organizer_key: key,
  desk_key: key,
  gate_key: key,
  supervisor_key: key,
  security_key: key,
  badge_page: "",
});

test.beforeEach(({ watch }) => {
  watch.allow.push("/api/v1/me"); // before anybody is signed in
});

async function open(page: Page, hall: { url: string; key: string }, hash: string) {
  await page.goto(`${hall.url}/desk${hash}`);
  await page.locator("input[name=key]").fill(hall.key);
  await page.locator("button[type=submit]").click();
}

const told = (page: Page, text: string) => page.getByRole("status").filter({ hasText: text });
const task = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Tasks" }).getByRole("link", { name });
const undo = (page: Page) => page.getByRole("button", { name: "Undo" }).click();

test("an empty store becomes an event whose first guest is let in", async ({ page, hall, browser }, info) => {
  await open(page, hall, "");
  await expect(page.getByRole("heading", { name: "New event" })).toBeVisible();
  await page.getByRole("button", { name: "Create the event" }).click();
  await expect(page.getByText("Give a name in one language at least.")).toBeVisible();
  await expect(page.getByLabel("Name in Chinese")).toBeFocused();
  await page.getByLabel("Name in Chinese").fill("第二十一届中国国际人才交流大会");
  await page.getByLabel("Name in English").fill("21st Conference on International Exchange of Professionals");
  await expect(page.getByText("Give a name in one language at least.")).toBeHidden();
  await expect(page.getByLabel("Short name")).toHaveValue(EVENT);
  await page.getByLabel("Time zone").fill("Shenzhen");
  await page.getByRole("button", { name: "Create the event" }).click();
  await expect(page.getByText("There is no such time zone.")).toBeVisible();
  await page.getByLabel("Time zone").fill("Asia/Shanghai");
  await expect(page.getByText("There is no such time zone.")).toBeHidden();
  await page.getByLabel("How many fit in").fill("2");
  await page.screenshot({ path: info.outputPath("new.png") });
  await page.keyboard.press("Enter");

  // What comes next leads from step to step.
  const step = page.locator("[aria-current=step]");
  await expect(step).toContainText("Bring in the people");
  await page.screenshot({ path: info.outputPath("next.png") });
  await step.click();
  await page.getByRole("link", { name: "Add a person" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill("李明");
  await page.getByLabel("Category").selectOption("Delegate");
  await page.getByRole("button", { name: "Add and issue a badge" }).click();
  await expect(page.getByRole("heading", { name: "李明" })).toBeVisible();
  await task(page, "Event").click();
  await expect(step).toContainText("Pair the phones of gate staff");
  await step.click();
  await page.getByLabel("Name").fill("North gate 1");
  await page.getByLabel("Entrance").check();
  await page.getByRole("button", { name: "Add and pair" }).click();
  const code = page.getByRole("img", { name: "Pairing code for North gate 1" });
  await expect(page.getByRole("timer")).toHaveText(/Good for 1[45]:\d\d more/);
  const link = readCode(await code.screenshot());
  expect(link).toContain(`${hall.url}/scan#pair=`);
  await page.screenshot({ path: info.outputPath("pair.png") });

  const phone = await browser.newContext({ locale: "en-GB", viewport: { width: 360, height: 740 } });
  const seen = listen(phone);
  const gate = await phone.newPage();
  await gate.goto(link);
  await expect(told(page, "A phone is signed in as North gate 1.")).toBeVisible();
  await gate.getByRole("button", { name: "Start shift" }).click();
  const [guest] = await api(asDemo(hall), hall.key).attendees("q=李明");
  await gate.getByLabel("Badge code").fill(guest?.badge?.id ?? "");
  await gate.getByRole("button", { name: "Check" }).click();
  await expect(gate.getByRole("alertdialog").getByRole("heading")).toHaveText("Admitted");
  await phone.close();
  expect(seen.filter((s) => !s.includes("/api/v1/me"))).toEqual([]);

  await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
  await task(page, "Event").click();
  await expect(page.getByRole("heading", { name: "All is ready" })).toBeVisible();
  await expect(page.getByText("Entries so far: 1")).toBeVisible();
});

test("an event, its categories, venues and gates are changed and put back", async ({ page, hall, watch }) => {
  watch.allow.push("/venues/main"); // which has gates, and so can't be removed
  await open(page, hall, "#/setup/edit");
  await page.getByLabel("Where, in English").fill("Shenzhen");
  await page.getByLabel("Ends").fill("2020-01-01T09:00");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The end must come after the beginning.")).toBeVisible();
  await expect(page.getByLabel("Ends")).toBeFocused();
  await page.getByLabel("Ends").fill("2036-11-08T18:00");
  await page.keyboard.press("Enter");
  await expect(page.locator(".facts")).toContainText("Shenzhen");
  // The badge that was issued ends before the event does, now.
  await expect(told(page, "The event is changed. Badges issued before expire on")).toBeVisible();
  await expect(page.getByRole("button", { name: "Issue new badges" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "All is ready" })).toBeHidden();
  await undo(page);
  await expect(page.locator(".facts")).not.toContainText("Shenzhen");
  await expect(page.getByRole("button", { name: "Issue new badges" })).toBeHidden();

  await page.getByRole("link", { name: "Add a category" }).click();
  await page.getByLabel("Name in English").fill("Interpreter");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Remove Interpreter" }).click();
  await expect(told(page, "Interpreter is removed.")).toBeVisible();
  await undo(page);
  await expect(page.getByRole("button", { name: "Remove Interpreter" })).toBeVisible();

  await task(page, "Venues and gates").click();
  const main = page.getByRole("region", { name: "Main hall" });
  await expect(main).toContainText("Inside now1");
  await main.getByRole("link", { name: "Change Main hall" }).click();
  await page.getByLabel("Capacity").fill("-1");
  await page.getByRole("button", { name: "Add hours" }).click();
  await page.getByLabel("To, hours 1").fill("");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("A whole number from 0 to 10,000,000.")).toBeVisible();
  await expect(page.getByText("Give both times, or remove the span.")).toBeVisible();
  await page.getByLabel("Capacity").fill("1200");
  await page.getByLabel("To, hours 1").fill("01:30");
  await page.getByLabel("Coming back").selectOption("One entry a day");
  await page.getByRole("dialog").getByLabel("VIP").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(main).toContainText("09:00–01:30");
  await expect(main).toContainText("1,200");
  await undo(page);
  await expect(main).toContainText("always open");
  await expect(main).toContainText("everybody");

  await main.getByRole("button", { name: "Remove Main hall" }).click();
  await expect(page.getByText("It still has gates, or people are inside.")).toBeVisible();
  await main.getByRole("button", { name: "Switch off Exit" }).click();
  await expect(main.getByText("Exit", { exact: true })).toHaveCount(0);
  await undo(page);
  await expect(main.getByText("Exit", { exact: true })).toBeVisible();
  await main.getByRole("link", { name: "Add a gate to Main hall" }).click();
  await page.getByLabel("Name in English").fill("Side door");
  await page.keyboard.press("Enter");
  await expect(main).toContainText("Side doorin and out");
});

test("staff are changed, and revoked unless that is taken back", async ({ page, hall }) => {
  await open(page, hall, "#/crew");
  await page.getByRole("link", { name: "Change North gate 1" }).click();
  await expect(page.getByText(/A phone last signed in \d/)).toBeVisible();
  await page.getByLabel("Until").fill("2020-01-01T09:00");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Choose a time that lies ahead.")).toBeVisible();
  await page.getByLabel("Until").fill("2036-11-08T18:00");
  await page.getByRole("button", { name: "Save" }).click();
  const entry = page.getByRole("listitem").filter({ hasText: "North gate 1" });
  await expect(entry).toContainText("until 8 Nov 2036, 18:00");
  await page.getByRole("button", { name: "Revoke North gate 1" }).click();
  await undo(page);
  await expect(told(page, "North gate 1 stays as it was.")).toBeVisible();
  await page.getByRole("button", { name: "Revoke North gate 1" }).click();
  await task(page, "Keys").click(); // leaving does it at once
  await task(page, "Staff").click();
  await expect(page.getByText("Nobody can scan yet.")).toBeVisible();
});

test("the journal is searched, followed and exported", async ({ page, hall }, info) => {
  const all = api(asDemo(hall), hall.key);
  const [guest] = await all.attendees("q=李明");
  const badge = guest?.badge?.id ?? "";
  const { token } = await all.badge(badge);
  await all.scan(token ?? "", "entrance");
  await open(page, hall, "#/record");
  const rows = page.locator("tbody tr");
  await expect(rows.first()).toContainText("Refusedalready insideEntranceMain hall");
  await page.getByLabel("What", { exact: true }).selectOption("let in");
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText("North gate 1"); // who has been revoked since
  await page.getByRole("button", { name: `All about badge ${badge}` }).click();
  await expect(rows).toHaveCount(3);
  await expect(rows.last()).toContainText("Badge issued");

  // New rows wait until they are wanted.
  await all.scan(token ?? "", "exit");
  const fresh = page.getByRole("button", { name: "New rows: 1. Show them" });
  await expect(fresh).toBeVisible({ timeout: 10_000 });
  await expect(rows).toHaveCount(3);
  await page.screenshot({ path: info.outputPath("journal.png") });
  await fresh.click();
  await expect(rows).toHaveCount(4);
  await expect(rows.first()).toContainText("Went out");

  await page.getByLabel("Venue").selectOption("Main hall");
  await page.getByLabel("Gate").selectOption("Exit");
  await expect(rows).toHaveCount(1);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export as CSV" }).click();
  const csv = readFileSync(await (await download).path(), "utf8");
  expect(csv).toMatch(/^\ufeffseq,kind,at,/);
  expect(csv.trim().split("\r\n").length).toBe(2);
  await page.getByLabel("Until").fill("2020-01-01T00:00");
  await expect(page.getByText("Nothing of the kind has happened.")).toBeVisible();
  await page.getByRole("button", { name: "Show everything" }).click();
  await page.getByLabel("By whom").selectOption("North gate 1");
  await expect(rows).toHaveCount(1);
});

test("keys are rotated, and withdrawn unless that is taken back", async ({ page, hall }, info) => {
  const all = api(asDemo(hall), hall.key);
  const [guest] = await all.attendees("q=李明");
  const { token } = await all.badge(guest?.badge?.id ?? "");
  await open(page, hall, "#/keys");
  const keys = page.locator(".list li");
  await expect(keys).toHaveCount(1);
  await page.getByRole("button", { name: "Rotate" }).click();
  await expect(told(page, "New badges are signed with key")).toBeVisible();
  await expect(keys).toHaveCount(2);
  await expect(keys.first()).toContainText("signs new badges");
  await expect(keys.last()).toContainText("its badges stay good");
  expect((await all.look(token ?? "", "entrance")).result).toBe("admitted");

  await keys.last().getByRole("link").click();
  await expect(page.getByText("Every badge signed with it opens no gate any more")).toBeVisible();
  await page.screenshot({ path: info.outputPath("withdraw.png") });
  await page.getByRole("button", { name: "Withdraw this key" }).click();
  await undo(page);
  await expect(keys.last()).toContainText("its badges stay good");
  await keys.last().getByRole("link").click();
  await page.getByRole("button", { name: "Withdraw this key" }).click();
  await task(page, "Journal").click();
  await task(page, "Keys").click();
  await expect(keys.last()).toContainText("withdrawn");
  expect((await all.look(token ?? "", "entrance")).result).toBe("denied");
  await page.getByRole("button", { name: "Issue new badges" }).click();
  await expect(told(page, "Badges issued: 1.")).toBeVisible();
});

test("every page of the desk fits, reads and can be used by everybody", async ({ page, hall }, info) => {
  test.setTimeout(90_000);
  const { id } = await api(asDemo(hall), hall.key).operator("South gate 2", "gate");
  await open(page, hall, "#/keys");
  const kid = (await page.locator(".list .mono").first().textContent()) ?? "";
  const places = [
    "setup",
    "setup/new",
    "setup/edit",
    "setup/category",
    "places",
    "places/venue/main",
    "places/gate/exit",
    "crew",
    "crew/new",
    `crew/pair/${id}`,
    "record",
    "keys",
    `keys/withdraw/${kid}`,
  ];
  const phone = [360, 740] as const;
  const wide = [1440, 900] as const;
  for (const [lang, colorScheme, sizes] of [
    ["en", "light", [phone, wide]],
    ["zh", "dark", [wide, phone]],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${hall.url}/desk?lang=${lang}`);
    for (const place of places) {
      await page.evaluate((hash) => {
        location.hash = hash;
      }, `#/${place}`);
      const [now] = place.split("/");
      const panel = place.includes("/") && place !== "setup/new";
      await expect(page.locator(".tasks [aria-current]")).toHaveAttribute("href", `#/${now}`);
      await expect(page.locator(".task .head h2").first()).toBeVisible();
      await expect(page.locator("dialog")).toHaveCount(panel ? 1 : 0);
      for (const [width, height] of sizes) {
        await page.setViewportSize({ width, height });
        await expectNoOverflow(page);
      }
      await page.screenshot({ path: info.outputPath(`${place.replaceAll("/", "-")}-${lang}.png`) });
      // What is filled in looks alike in the dark: one such panel stands for all.
      if (lang === "en" || !panel || place === "setup/edit") await expectAccessible(page);
    }
  }
});

test("with a choice of events, a short page of the desk is no higher than the screen", async ({
  page,
  hall,
}) => {
  await page.route(/\/api\/v1\/events(\?|$)/, async (route) => {
    const answer = await route.fetch();
    const { items } = await answer.json();
    await route.fulfill({ response: answer, json: { items: [...items, { ...items[0], id: "another" }] } });
  });
  await page.setViewportSize({ width: 1440, height: 2400 });
  await open(page, hall, "#/crew");
  await expect(page.locator(".page > .field select")).toBeVisible();
  const [desk, screen] = await page.evaluate(() => {
    const end = document.querySelector(".desk")?.getBoundingClientRect().bottom;
    return [end, document.documentElement.scrollHeight];
  });
  expect(screen).toBe(2400);
  expect(desk).toBe(2400); // and no lower either: the tasks go to the foot
});

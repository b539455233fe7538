import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import {
  api,
  test as base,
  type Demo,
  expect,
  expectAccessible,
  expectNoOverflow,
  readCode,
  startDemo,
} from "./lanyard";

const PEOPLE = 100_000;

/** Rows that the page may have at most, whatever is on the roster. */
const ROWS = 60;

const number = (i: number) => `P${String(i).padStart(6, "0")}`;

const test = base.extend<object, { demo: Demo }>({
  demo: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), "lanyard-roster-"));
      const roster = join(folder, "roster.csv");
      const lines = Array.from(
        { length: PEOPLE },
        (_, i) => `${number(i)},Guest ${i} 来宾,Bureau ${i % 500},delegate`,
      );
      writeFileSync(roster, ["ref,name,organization,category", ...lines].join("\n"));
      const { demo, stop } = await startDemo("--roster", roster);
      try {
        await use(demo);
      } finally {
        await stop();
        rmSync(folder, { recursive: true });
      }
    },
    { scope: "worker", timeout: 60_000 },
  ],
});

test.beforeEach(({ watch }) => {
  watch.allow.push("/api/v1/me"); // before anybody is signed in
});

async function open(page: Page, demo: Demo, key: string, hash = "#/roster") {
  await page.goto(`${demo.base_url}/desk${hash}`);
  await page.locator("input[name=key]").fill(key);
  await page.locator("button[type=submit]").click();
  await expect(page.locator(".tasks")).toBeVisible();
}

const rows = (page: Page) => page.locator(".people tbody tr");
const row = (page: Page, text: string) => rows(page).filter({ hasText: text });

/** A roster as people have it: a title above, a column called otherwise, mistakes. */
const FILE = [
  "代表名单,,,,",
  "Nr,姓名,Firm,类别,Remarks",
  "T-1,赵敏,Shenzhen University,delegate,vegetarian",
  "T-2,Ana Sánchez,Universidad de Chile,speaker,",
  "T-3,,Nobody's Ltd,delegate,",
  'T-4,Bo Lin,"Lin, Lin & Co",king,',
  "T-1,Again,,delegate,",
  "T-5,سعيد,,press,late",
].join("\n");

test("a spreadsheet becomes a roster, a badge and a page to print", async ({ page, demo, watch }, info) => {
  watch.allow.push("/imports/preview"); // of a picture
  await open(page, demo, demo.organizer_key);
  await page.getByRole("link", { name: "Import" }).click();
  await page.getByLabel("Choose a spreadsheet").setInputFiles({
    name: "picture.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("\x89PNG\r\n\x1a\n\0\0\0", "latin1"),
  });
  await expect(page.getByRole("alert")).toHaveText("This is neither a CSV file nor an XLSX workbook.");

  const file = { name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(FILE) };
  await page.getByLabel("Choose a spreadsheet").setInputFiles(file);
  await expect(page.getByText("6 people in 5 columns")).toBeVisible();
  await expect(page.getByLabel("Row with the column names")).toHaveValue("2");
  await expect(page.getByLabel("姓名 holds")).toHaveValue("name");
  await expect(page.getByText("Choose the column with each person’s own number.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Check the file" })).toBeDisabled();
  await page.getByLabel("Nr holds").selectOption("Number");
  await page.getByLabel("Firm holds").selectOption("Organization");
  await page.screenshot({ path: info.outputPath("match.png") });

  // As the server answers of a file that takes it longer: so far, and ask again.
  await page.route(
    "**/imports?*",
    async (route) => {
      const answer = await route.fetch();
      await route.fulfill({
        response: answer,
        json: { ...(await answer.json()), state: "running", done: 4 },
      });
    },
    { times: 1 },
  );
  await page.getByRole("button", { name: "Check the file" }).click();
  await expect(page.getByText("4 of 6 people checked")).toBeVisible();
  await expect(page.getByText("Nothing has been changed yet.")).toBeVisible();
  await expect(page.locator(".figures")).toHaveText("New people3People changed0Already so0Rows refused3");
  expect((await api(demo, demo.desk_key).attendees("q=T-1")).length).toBe(0);
  await page.getByRole("button", { name: "Import 3 people" }).click();
  await expect(page.locator(".figures")).toHaveText("People added3People changed0Already so0Rows refused3");
  const refused = page.getByRole("table");
  await expect(
    refused.getByRole("row", { name: "6 Category The event has no category “king”." }),
  ).toBeVisible();
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download the list" }).click();
  expect(readFileSync(await (await download).path(), "utf8")).toBe(
    "\ufeffRow,Column,What is wrong\r\n5,Name,It is missing.\r\n" +
      "6,Category,The event has no category “king”.\r\n7,Number,It is used in row 3 already.\r\n",
  );
  await page.screenshot({ path: info.outputPath("imported.png") });

  await page.getByRole("button", { name: "Issue 3 badges" }).click();
  await expect(page.getByRole("status").filter({ hasText: "3 badges issued." })).toBeVisible();
  await page.getByRole("link", { name: "See the roster" }).click();
  await page.getByLabel("Find a person").fill("chile");
  await expect(rows(page)).toHaveCount(1);
  await page.keyboard.press("Enter");
  const person = page.getByRole("region", { name: "Ana Sánchez" });
  await expect(person).toContainText("Universidad de Chile");
  const code = readCode(await person.getByRole("img").screenshot());
  const [ana] = await api(demo, demo.desk_key).attendees("q=T-2");
  expect(code).toBe(ana?.badge?.token);
  await person.getByRole("link", { name: "Print" }).click();
  await expect(page.locator(".card")).toHaveCount(1);
  await expect(page.locator(".card")).toContainText("Ana Sánchez");
  await expect(page.getByRole("button", { name: "Print this badge" })).toBeEnabled();
});

test("a hundred thousand people scroll and are found, few of them on the page", async ({ page, demo }) => {
  await open(page, demo, demo.desk_key);
  await expect(row(page, number(0))).toBeVisible();
  const list = page.locator(".people");
  let most = 0;
  for (const part of [0.1, 0.5, 0.73, 0.999]) {
    await list.evaluate((el, p) => el.scrollTo({ top: p * el.scrollHeight }), part);
    most = Math.max(most, await rows(page).count());
    await expect(rows(page).locator("td").first()).toBeVisible();
  }
  expect(most).toBeLessThan(ROWS);

  // By the keyboard alone: to the end, back, and from there to a search.
  await page.getByLabel("Find a person").focus();
  await page.keyboard.press("ArrowDown");
  await expect(row(page, number(0)).getByRole("link")).toBeFocused();
  await page.keyboard.press("End");
  await expect(rows(page).getByRole("link").and(page.locator(":focus"))).toHaveCount(1);
  await page.keyboard.press("ArrowUp");
  await expect(page.locator(".people tr.active")).toHaveAttribute("aria-rowindex", /^1000\d\d$/);
  expect(await rows(page).count()).toBeLessThan(ROWS);
  await page.keyboard.press("/");
  await page.keyboard.type("guest 54321 ");
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText(number(54_321));
  await page.getByLabel("Find a person").fill("p0000");
  await expect(page.getByText("100 people", { exact: true })).toBeVisible();
  await page.getByLabel("Badge", { exact: true }).selectOption("Without a badge");
  await page.getByRole("button", { name: "Show everybody" }).click();
  await expect(page.getByLabel("Find a person")).toHaveValue("");
  await expect(page.getByText(/100,0\d\d people/)).toBeVisible();
});

test("who walks in has a badge at once, and an entry can be put right or taken back", async ({
  page,
  demo,
  watch,
}) => {
  watch.allow.push("/ciep21/attendees"); // with a number that is taken
  await open(page, demo, demo.desk_key);
  await page.getByLabel("Find a person").fill("Zuzana");
  await expect(page.getByText("Nobody matches.")).toBeVisible();
  await page.getByRole("link", { name: "Add a person" }).click();
  await expect(page.getByLabel("Name", { exact: true })).toBeFocused();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Zuzana");
  await page.getByRole("button", { name: "Add and issue a badge" }).click();
  await expect(page.getByText("Choose what they come as.")).toBeVisible();
  await page.getByLabel("Category", { exact: true }).last().selectOption("VIP");
  await page.getByText("More details").click();
  await page.getByLabel("Number").fill(number(7));
  await page.keyboard.press("Enter");
  await expect(page.getByText("Somebody else has this number.")).toBeVisible();
  await page.getByLabel("Number").fill("W-77");
  await page.keyboard.press("Enter");
  const person = page.getByRole("region", { name: "Zuzana" });
  await expect(person).toContainText("Opens the gates");

  const [zuzana] = await api(demo, demo.desk_key).attendees("q=W-77");
  const gate = (await api(demo, demo.organizer_key).gates()).find((g) => g.direction === "in");
  if (!zuzana?.badge?.token || !gate) throw new Error("there is no badge, or no gate");
  await expect(person).toContainText("Inside nowhere.");
  await api(demo, demo.supervisor_key).scan(zuzana.badge.token, gate.id);
  await expect(person).toContainText(/Inside .* since/, { timeout: 10_000 });

  await person.getByRole("button", { name: "Change the entry" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Zuzana Nováková");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { name: "Zuzana Nováková" })).toBeVisible();
  await expect(row(page, "Nováková")).toBeVisible();

  // A badge is replaced, and a person erased, after a moment in which either can
  // be taken back; who goes on to something else has done it.
  await page.getByRole("button", { name: "Issue a new one" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("status").filter({ hasText: "stays as it was" })).toBeVisible();
  await page.getByRole("button", { name: "Issue a new one" }).click();
  await expect(page.getByRole("status").filter({ hasText: "has a new badge" })).toBeVisible({
    timeout: 10_000,
  });
  const [now] = await api(demo, demo.desk_key).attendees("q=W-77");
  await expect(person.getByText(now?.badge?.id ?? "no badge")).toBeVisible();
  expect(now?.badge?.id).not.toBe(zuzana.badge.id);
  expect((await api(demo, demo.desk_key).badge(zuzana.badge.id)).status).toBe("replaced");

  for (const undo of [true, false]) {
    await page.getByRole("button", { name: "Change the entry" }).click();
    await page.getByRole("button", { name: "Erase this person" }).click();
    if (!undo) continue;
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(page.getByRole("status").filter({ hasText: "stays on the roster" })).toBeVisible();
    await row(page, "Nováková").getByRole("link").click();
  }
  await page.getByRole("link", { name: "Badges" }).click();
  await expect.poll(async () => (await api(demo, demo.desk_key).attendees("q=W-77")).length).toBe(0);
});

test("a reader's code or a number typed off a badge leads to the person, also once it has ended", async ({
  page,
  demo,
}) => {
  const desk = api(demo, demo.desk_key);
  const [one, two] = await desk.attendees("q=P0003&limit=2");
  if (!one?.badge?.token || !two?.badge) throw new Error("there are no badges");
  await desk.revoke(two.badge.id);
  await open(page, demo, demo.desk_key);
  await expect(row(page, number(0))).toBeVisible();
  const search = page.getByLabel("Find a person");
  await search.fill(one.badge.token);
  await page.keyboard.press("Enter"); // as a reader does, before anything was looked for
  await expect(page.getByRole("heading", { name: one.name })).toBeFocused();
  await search.fill(two.badge.id);
  await expect(page.getByRole("heading", { name: two.name })).toBeFocused();
  await expect(page.locator(".beside")).toContainText("Badge revoked");

  // Enter waits for what was typed, and never opens whom another search found.
  await search.fill("P000041");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: /^Guest 41 / })).toBeFocused();
});

test("who leaves the page leaves nothing undone", async ({ page, demo, watch }) => {
  watch.allow.push("/ciep21/attendees"); // looked up again while the session ends
  const desk = api(demo, demo.desk_key);
  const people = await desk.attendees("q=P0002&limit=2");
  await open(page, demo, demo.desk_key);
  for (const [i, leave] of [
    () => page.goto(demo.base_url),
    () => page.getByRole("button", { name: "Sign out" }).click(),
  ].entries()) {
    const person = people[i];
    if (!person?.badge) throw new Error("there is no badge to revoke");
    await page.goto(`${demo.base_url}/desk#/roster/person/${person.id}`);
    await page.getByRole("button", { name: "Revoke" }).click();
    await expect(page.getByText(/^Revoking the badge/)).toBeVisible();
    expect((await desk.badge(person.badge.id)).status).toBe("active");
    await leave();
    await expect.poll(async () => (await desk.badge(person.badge?.id ?? "")).status).toBe("revoked");
  }
  await expect(page.getByLabel("Your key")).toBeVisible();
});

for (const lang of ["en", "zh"] as const)
  test(`the roster and the import fit and are readable in ${lang}`, async ({ page, demo }, info) => {
    await page.addInitScript((l) => localStorage.setItem("lanyard.lang", l), lang);
    await open(page, demo, demo.organizer_key);
    const [first] = await api(demo, demo.desk_key).attendees("limit=1");
    const file = { name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(FILE) };
    const states: readonly (readonly [string, () => Promise<void>])[] = [
      ["list", () => expect(row(page, number(0))).toBeVisible()],
      [
        "person",
        async () => {
          await page.evaluate((id) => location.assign(`#/roster/person/${id}`), first?.id);
          await expect(page.locator(".beside .code")).toBeVisible();
        },
      ],
      [
        "new",
        async () => {
          await page.evaluate(() => location.assign("#/roster/new"));
          await page.locator("summary").click();
        },
      ],
      [
        "file",
        async () => {
          await page.evaluate(() => location.assign("#/roster/import"));
          await expect(page.locator(".drop")).toBeVisible();
        },
      ],
      [
        "match",
        async () => {
          await page.locator("input[type=file]").setInputFiles(file);
          await expect(page.locator(".columns")).toBeVisible();
        },
      ],
      [
        "tried",
        async () => {
          await page.locator(".columns select").first().selectOption({ index: 1 });
          await page.locator(".intake .main").click();
          await expect(page.locator(".figures")).toBeVisible();
        },
      ],
    ];
    for (const [name, go] of states) {
      await go();
      for (const [width, height, scheme] of [
        [1440, 900, "light"],
        [360, 740, "dark"],
      ] as const) {
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ colorScheme: scheme });
        await expectNoOverflow(page);
        await expectAccessible(page);
        await page.screenshot({ path: info.outputPath(`${name}-${width}.png`) });
      }
      await page.setViewportSize({ width: 1440, height: 900 });
    }
  });

test("an empty roster says what to do next", async ({ page, demo }, info) => {
  const headers = { Authorization: `Bearer ${demo.organizer_key}` };
  const answer = await page.request.post(`${demo.base_url}/api/v1/events`, {
    headers,
    data: {
      id: "new21",
      name: "New",
      timezone: "UTC",
      starts_at: "2031-01-01T00:00:00Z",
      ends_at: "2031-01-02T00:00:00Z",
    },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  await open(page, demo, demo.organizer_key);
  await page.locator(".page > .field select").selectOption("new21");
  await expect(page.getByText("The roster is empty. Import a spreadsheet")).toBeVisible();
  await expectAccessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await expectNoOverflow(page);
  await page.screenshot({ path: info.outputPath("empty-360.png") });
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.screenshot({ path: info.outputPath("empty-1440.png") });
  await page.getByRole("link", { name: "Import" }).click();
  await expect(page.getByText("The event has no categories yet.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Set up the event" })).toBeVisible();
});

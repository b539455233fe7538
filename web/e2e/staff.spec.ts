import type { Page } from "@playwright/test";
import { api, type Demo, expect, expectAccessible, expectNoOverflow, test } from "./lanyard";

/** Before anybody is signed in, asking who it is gets a 401. */
const STRANGER = ["/api/v1/me"];

async function signIn(page: Page, demo: Demo, path: string, key: string) {
  await page.goto(demo.base_url + path);
  await page.getByLabel("Your key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** A token of somebody's active badge who isn't inside anywhere yet. */
async function tokenOf(demo: Demo, nth: number): Promise<string> {
  const desk = api(demo, demo.desk_key);
  const person = (await desk.attendees("status=active&limit=50"))[nth];
  const token = person?.badge && (await desk.badge(person.badge.id)).token;
  if (!token) throw new Error("the demonstration's roster is too short");
  return token;
}

async function expectGood(page: Page) {
  for (const size of [
    { width: 360, height: 740 },
    { width: 1440, height: 900 },
  ]) {
    await page.setViewportSize(size);
    await expectNoOverflow(page);
  }
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
  await page.emulateMedia({ colorScheme: null });
}

test.beforeEach(({ watch }) => {
  watch.allow.push(...STRANGER);
});

test("the front page leads to every surface, in both languages", async ({ page, demo }, info) => {
  await page.goto(demo.base_url);
  for (const path of ["/scan", "/live", "/desk"])
    await expect(page.locator(`a[href="${path}"]`)).toBeVisible();
  await expectGood(page);
  await page.screenshot({ path: info.outputPath("index.png") });
  await page.getByRole("link", { name: "中文" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "zh");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("二维码证件与现场签到。");
  // The choice stays for the next page.
  await page.goto(`${demo.base_url}/scan`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("扫码");
});

test("a wrong key is told so, a right one signs in and out again", async ({ page, demo, watch }, info) => {
  watch.allow.push("/api/v1/session");
  await signIn(page, demo, "/desk", "this-is-no-key");
  await expect(page.getByRole("alert")).toHaveText(
    "That key is not known. Check it, or ask your organizer for a new one.",
  );
  await expectGood(page);
  await page.screenshot({ path: info.outputPath("signin.png") });
  await page.getByLabel("Your key").fill(demo.desk_key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.locator(".top .who")).toContainText("help desk");
  await page.reload();
  await expect(page.locator(".top .who")).toContainText("help desk");
  await expect(page.locator("tbody tr").first()).toBeVisible(); // nothing is asked for any more
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.reload();
  await expect(page.getByLabel("Your key")).toBeVisible();
});

test("a role that has no business on a page is told so", async ({ page, demo }) => {
  await signIn(page, demo, "/live", demo.gate_key);
  await expect(page.getByRole("alert")).toContainText("You are signed in as gate.");
});

test("a gate admits, refuses, takes back and lets out", async ({ page, demo }, info) => {
  const token = await tokenOf(demo, 20);
  const gates = await api(demo, demo.organizer_key).gates();
  const entry = gates.find((g) => g.direction === "in");
  const exit = gates.find((g) => g.direction === "out" && g.venue === entry?.venue);
  if (!entry || !exit) throw new Error("the demonstration lacks a pair of gates");

  await signIn(page, demo, "/scan", demo.supervisor_key);
  await page.getByLabel("Gate").selectOption(entry.id);
  await expectGood(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.screenshot({ path: info.outputPath("start.png") });
  await page.getByRole("button", { name: "Start shift" }).click();

  const verdict = page.getByRole("alertdialog");
  await page.getByLabel("Badge code").fill(token);
  await page.getByRole("button", { name: "Check" }).click();
  await expect(verdict.getByRole("heading")).toHaveText("Admitted");
  await verdict.click(); // a tap holds it
  await page.getByRole("button", { name: "Next" }).click();
  await expect(verdict).toHaveCount(0);

  // The same badge again: at once it is passed over, later it is inside.
  await page.keyboard.type(`${token}\n`);
  await expect(page.getByText("The same badge again")).toBeVisible();
  await expect(async () => {
    await page.getByLabel("Badge code").fill(token);
    await page.getByRole("button", { name: "Check" }).click();
    await expect(verdict.getByRole("heading")).toHaveText("Not admitted", { timeout: 1000 });
  }).toPass({ timeout: 10_000 });
  await expect(verdict).toContainText("Already inside since");
  await verdict.click();
  await expectGood(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.screenshot({ path: info.outputPath("denied.png") });
  await page.getByRole("button", { name: "Next" }).click();

  // A handheld reader types wherever the focus is.
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("button", { name: "End shift" }).click();
  await page.getByLabel("Gate").selectOption(exit.id);
  await page.getByRole("button", { name: "Start shift" }).click();
  await page.getByRole("button", { name: "More" }).focus();
  await page.keyboard.type(`${token}\n`);
  await expect(verdict.getByRole("heading")).toHaveText("Out");
  await expect(verdict).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("Taken back")).toBeVisible();
  expect(await api(demo, demo.security_key).inside(entry.venue)).toBeGreaterThan(0);
});

test("what is no badge is refused in plain words", async ({ page, demo }) => {
  await page.addInitScript(() => localStorage.setItem("lanyard.lang", "zh"));
  await page.goto(`${demo.base_url}/scan`);
  await page.getByLabel("您的密钥").fill(demo.gate_key);
  await page.getByRole("button", { name: "登录" }).click();
  await expect(page.locator(".top .event")).toHaveText("第21届中国国际人才交流大会");
  await page.getByRole("button", { name: "开始值班" }).click();
  await page.getByLabel("证件码").fill("https://example.org/not-a-badge");
  await page.getByRole("button", { name: "核验" }).click();
  await expect(page.getByRole("alertdialog").getByRole("heading")).toHaveText("不予进入");
  await expect(page.getByRole("alertdialog")).toContainText("这是网址，不是证件。请出示证件上的二维码。");
});

test("a gate whose phone knows nothing never admits without a network", async ({
  page,
  context,
  demo,
  watch,
}) => {
  watch.allow.push("ERR_INTERNET_DISCONNECTED");
  // The desk is never told who is inside, so its phone can't decide alone.
  await signIn(page, demo, "/scan", demo.desk_key);
  await page.getByRole("button", { name: "Start shift" }).click();
  await context.setOffline(true);
  await page.getByLabel("Badge code").fill(await tokenOf(demo, 21));
  await page.getByRole("button", { name: "Check" }).click();
  const verdict = page.getByRole("alertdialog");
  await expect(verdict.getByRole("heading")).toHaveText("No answer yet");
  await expect(verdict).toContainText("Do not let the person pass");
  await context.setOffline(false);
  await verdict.getByRole("button", { name: "Check" }).click();
  await expect(verdict.getByRole("heading")).toHaveText(/Admitted|Out|Not admitted/);
});

test("the board follows the gates, and polls when the stream is closed to it", async ({
  page,
  demo,
  watch,
}, info) => {
  const entry = (await api(demo, demo.organizer_key).gates()).find((g) => g.direction === "in");
  if (!entry) throw new Error("the demonstration has no gate to go in by");
  const security = api(demo, demo.security_key);
  const supervisor = api(demo, demo.supervisor_key);
  await signIn(page, demo, "/live", demo.security_key);
  await expect(page.locator(".top .event")).toHaveText(
    "21st Conference on International Exchange of Professionals",
  );
  const inside = page.locator(`[data-venue="${entry.venue}"] .inside`);
  await expect(inside).toHaveText(String(await security.inside(entry.venue)));
  await expect(page.getByText("Live", { exact: true }).last()).toBeVisible();

  await supervisor.scan(await tokenOf(demo, 22), entry.id);
  await expect(inside).toHaveText(String(await security.inside(entry.venue)));
  await expectGood(page);
  await page.screenshot({ path: info.outputPath("wide.png") });
  await page.setViewportSize({ width: 360, height: 740 });
  await page.screenshot({ path: info.outputPath("phone.png") });

  watch.allow.push("/live", "ERR_FAILED");
  await page.route("**/api/v1/**/live", (route) => route.abort());
  await page.reload();
  await expect(page.getByText("Every few seconds")).toBeVisible();
  await supervisor.scan(await tokenOf(demo, 23), entry.id);
  await expect(inside).toHaveText(String(await security.inside(entry.venue)), { timeout: 10_000 });
});

test("numbers that may not be true any more are never shown as fresh", async ({
  page,
  demo,
  watch,
}, info) => {
  watch.allow.push("ERR_FAILED");
  await page.clock.install();
  await page.route("**/api/v1/**/live", (route) => route.abort());
  await signIn(page, demo, "/live", demo.security_key);
  await expect(page.locator(".board")).toBeVisible();
  await expect(page.locator(".board")).not.toHaveClass(/stale/);
  await page.route("**/api/v1/**/occupancy", (route) => route.abort());
  await page.clock.runFor(22_000);
  await expect(page.getByText("Stale: these numbers are of")).toBeVisible();
  await expect(page.locator(".total .rolling")).toHaveCSS("text-decoration-line", "line-through");
  await expectGood(page);
  await page.screenshot({ path: info.outputPath("stale.png") });
  await page.unroute("**/api/v1/**/occupancy");
  await page.clock.runFor(6000);
  await expect(page.locator(".board")).not.toHaveClass(/stale/);
});

test("the desk finds people, revokes and issues", async ({ page, demo }, info) => {
  const people = await api(demo, demo.desk_key).attendees("status=active&limit=50");
  const person = people[30];
  if (!person?.badge) throw new Error("the demonstration's roster is too short");
  await signIn(page, demo, "/desk", demo.organizer_key);
  await expect(page.locator("tbody tr").first()).toBeVisible();
  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("/");
  await page.keyboard.type(person.ref);
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await expect(page.locator("tbody tr")).toContainText(person.name);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: person.name })).toBeFocused();
  const link = page.getByRole("link", { name: "Open the badge" });
  await expect(link).toHaveAttribute("href", person.badge.page_url);

  // A revocation can be taken back for a moment, and then it is done.
  await page.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("status").filter({ hasText: "stays as it was" })).toBeVisible();
  expect((await api(demo, demo.desk_key).badge(person.badge.id)).status).toBe("active");
  await page.getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByRole("status").filter({ hasText: "opens no gate any more" })).toBeVisible({
    timeout: 10_000,
  });
  await page.getByRole("button", { name: "Issue a badge", exact: true }).click();
  await expect(link).not.toHaveAttribute("href", person.badge.page_url);
  await page.keyboard.press("Escape");
  await expect(link).toHaveCount(0);
  await page.getByLabel("Find a person").fill("nobody-has-this-name");
  await expect(page.getByText("Nobody matches.")).toBeVisible();
  await page.getByLabel("Find a person").fill("");
  await expect(page.locator("tbody tr")).not.toHaveCount(0);
  await expectGood(page);
  await page.screenshot({ path: info.outputPath("wide.png") });
  await page.setViewportSize({ width: 360, height: 740 });
  await page.screenshot({ path: info.outputPath("phone.png") });
});

test("a pairing link signs a phone in once and leaves the address", async ({
  page,
  demo,
  browser,
  watch,
}) => {
  const answer = await page.request.post(`${demo.base_url}/api/v1/events/${demo.event}/operators`, {
    headers: { Authorization: `Bearer ${demo.organizer_key}` },
    data: { name: "Phone 7", role: "gate", gates: [] },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  const { pairing_url } = await answer.json();
  watch.allow.push("/api/v1/session");
  await page.goto(pairing_url);
  await expect(page.locator(".top .who")).toContainText("Phone 7");
  expect(page.url()).not.toContain("pair");

  const other = await browser.newContext({ locale: "en-GB" });
  const late = await other.newPage();
  await late.goto(pairing_url);
  await expect(late.getByRole("alert")).toContainText("This link was used already");
  await other.close();
});

test("the chosen one of two events stays at hand, and another one is never shown in its place", async ({
  page,
  demo,
}) => {
  const made = await page.request.post(`${demo.base_url}/api/v1/events`, {
    headers: { Authorization: `Bearer ${demo.organizer_key}` },
    data: {
      id: "second",
      name: { en: "Second Forum", zh: "第二论坛" },
      timezone: "Asia/Shanghai",
      starts_at: "2026-12-01T09:00:00+08:00",
      ends_at: "2026-12-02T18:00:00+08:00",
      locale: "en",
    },
  });
  expect(made.ok(), await made.text()).toBe(true);
  try {
    const person = (await api(demo, demo.desk_key).attendees("limit=1"))[0];
    if (!person) throw new Error("the demonstration's roster is empty");
    await signIn(page, demo, `/desk?event=${demo.event}#/roster/person/${person.id}`, demo.organizer_key);
    const choice = page.getByRole("combobox", { name: "Event", exact: true });
    await expect(choice).toHaveValue(demo.event);
    await expect(page.getByRole("heading", { name: person.name })).toBeVisible();

    // What was open is the other event's: only its task goes along.
    await choice.selectOption("second");
    await expect(page).toHaveURL(`${demo.base_url}/desk?event=second#/roster`);
    await expect(page.getByText("It is not there any more")).toHaveCount(0);
    await page.getByRole("link", { name: "Event", exact: true }).click();
    await expect(page.getByRole("heading", { level: 2 })).toHaveText("Second Forum");
    await page.reload();
    await expect(choice).toHaveValue("second");
    await page.getByRole("link", { name: "中文" }).click();
    await expect(page.getByRole("heading", { level: 2 })).toHaveText("第二论坛");
    await expect(page.getByRole("combobox", { name: "活动", exact: true })).toHaveValue("second");
    expect(new URL(page.url()).hash).toBe("#/setup");
    await page.getByRole("link", { name: "English" }).click();

    await page.getByRole("link", { name: "Live board" }).click();
    await expect(page).toHaveURL(`${demo.base_url}/live?event=second`);
    await expect(choice).toHaveValue("second");
    await page.goto(`${demo.base_url}/scan`); // as from a bookmark
    await expect(choice).toHaveValue("second");

    await page.goto(`${demo.base_url}/live?event=elsewhere`);
    await expect(page.getByRole("alert")).toContainText("an event that is not yours or is gone");
    await expect(page.locator(".live")).toHaveCount(0);
    await page.getByRole("alert").getByRole("link", { name: "Second Forum" }).click();
    await expect(choice).toHaveValue("second");
  } finally {
    // The other tests know of one event alone.
    const gone = await page.request.delete(`${demo.base_url}/api/v1/events/second`, {
      headers: { Authorization: `Bearer ${demo.organizer_key}` },
    });
    expect(gone.ok()).toBe(true);
  }
});

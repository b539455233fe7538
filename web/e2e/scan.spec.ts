import {
  expect,
  gatesOf,
  guest,
  heading,
  inside,
  NO_NETWORK,
  picture,
  signIn,
  startShift,
  test,
} from "./gatehouse";
import { api } from "./lanyard";

test("a paired phone admits a badge that it sees, once", async ({ demo, camera, phones }, info) => {
  const who = await guest(demo);
  const gates = await gatesOf(demo);
  camera.play({ text: who.token, seconds: 0.2 });
  const { pairing_url } = await api(demo, demo.organizer_key).operator("Phone 9", "gate");
  const context = await phones();
  const page = await context.newPage();
  await page.goto(pairing_url);
  await startShift(page, gates.in);
  await expect(heading(page)).toHaveText("Admitted");
  await page.getByRole("alertdialog").click();
  await expect(page.getByRole("alertdialog")).toContainText(who.name);
  await picture(page, (name) => info.outputPath(name), "admitted");
  await page.getByRole("button", { name: "Next" }).click();
  // Still in view: after four seconds it is a second try.
  await expect(heading(page)).toHaveText("Not admitted", { timeout: 10_000 });
  await page.getByRole("alertdialog").click();
  await expect(page.getByRole("alertdialog")).toContainText(/Already inside since \d\d:\d\d, .+\./);
  await picture(page, (name) => info.outputPath(name), "denied");

  // What is no badge is told apart as clearly.
  camera.play({ seconds: 0.1 });
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("button", { name: "More" }).click();
  await picture(page, (name) => info.outputPath(name), "more");
  await page.getByRole("button", { name: "End shift" }).click();
  camera.play({ text: "https://u.wechat.com/EPnlQ6vTzNLmWtq", seconds: 0.2 });
  await startShift(page, gates.in);
  await expect(heading(page)).toHaveText("Not admitted");
  await expect(page.getByRole("alertdialog")).toContainText(
    "This is a WeChat code, not a badge. Ask for the code on the badge.",
  );
});

test("a supervisor looks up, finds by name and lets in", async ({ demo, camera, phones }, info) => {
  const gates = await gatesOf(demo);
  const who = await guest(demo);
  camera.play({ seconds: 0.1 });
  const page = await (await phones({ lang: "en-GB" })).newPage();
  await signIn(page, demo, demo.supervisor_key);
  await startShift(page, gates.in);
  await expect(page.locator("video")).toBeVisible();
  await picture(page, (name) => info.outputPath(name), "station");
  const before = await inside(demo);

  await page.getByRole("button", { name: "More" }).click();
  await page.getByLabel("Look up only").check();
  await page.getByLabel("Find a person").fill(who.name);
  await page.locator(".people button").filter({ hasText: who.name }).first().click();
  await expect(heading(page)).toHaveText("Would be let through");
  await page.getByRole("alertdialog").click();
  await picture(page, (name) => info.outputPath(name), "look");
  await page.getByRole("button", { name: "Next" }).click();
  expect(await inside(demo)).toBe(before);
  await page.getByRole("button", { name: "More" }).click();
  await page.getByLabel("Look up only").uncheck();
  await page.getByRole("button", { name: "More" }).click();

  await api(demo, demo.desk_key).revoke(who.badge);
  await page.getByRole("button", { name: "Type" }).click();
  await page.getByLabel("Badge code").fill(who.token);
  await expect(async () => {
    await page.getByLabel("Badge code").fill(who.token);
    await page.getByRole("button", { name: "Check" }).click();
    await expect(heading(page)).toHaveText("Not admitted", { timeout: 500 });
  }).toPass({ timeout: 10_000 });
  await page.getByRole("button", { name: "Let in all the same" }).click();
  await picture(page, (name) => info.outputPath(name), "override");
  await page.getByRole("button", { name: "Identity checked" }).click();
  await page.getByRole("button", { name: "Let in", exact: true }).click();
  await expect(heading(page)).toHaveText("Admitted");
  await expect(page.getByRole("alertdialog")).toContainText("Let in by you against the rules.");
  expect(await inside(demo)).toBe(before + 1);
});

test("a number mistyped is told at its field, and nothing comes of it", async ({
  demo,
  camera,
  phones,
}, info) => {
  const gates = await gatesOf(demo);
  const who = await guest(demo);
  camera.play({ seconds: 0.1 });
  const page = await (await phones({ allow: [...NO_NETWORK, "404"] })).newPage();
  const asked: string[] = [];
  page.on("request", (r) => r.method() === "POST" && asked.push(new URL(r.url()).pathname));
  await signIn(page, demo, demo.gate_key);
  await startShift(page, gates.in);
  await expect(page.locator("video")).toBeVisible();
  asked.length = 0;
  await page.getByRole("button", { name: "Type" }).click();
  const field = page.getByLabel("Badge code");
  await field.fill(who.badge.slice(1));
  await field.press("Enter");
  await expect(page.getByRole("alert")).toHaveText("A badge number has 11 characters; these are 10.");
  await expect(field).toHaveValue(who.badge.slice(1));
  await expect(field).toBeFocused();
  expect(asked).toEqual([]);

  // As long as a number, and nobody's.
  await field.fill("AAAAAAAAAAA");
  await field.press("Enter");
  await expect(page.getByRole("alert")).toHaveText("No badge has this number. Check it and type it again.");
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
  await expect(field).toHaveValue("AAAAAAAAAAA");
  await expect(field).toBeFocused();
  await picture(page, (name) => info.outputPath(name), "unknown");

  // What a verdict said stays a while; written again, the same is asked again.
  await field.fill(who.badge);
  await field.press("Enter");
  await expect(heading(page)).toHaveText("Admitted");
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
  await expect(page.locator(".past")).toHaveText(`✓ Last: ${who.name}, Admitted`);
  await field.fill(who.badge);
  await field.press("Enter");
  await expect(heading(page)).toHaveText("Not admitted");
  await expect(page.getByRole("alertdialog")).toContainText("Already inside");
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
  await expect(page.locator(".past")).toHaveText(`✕ Last: ${who.name}, Not admitted`);
  await picture(page, (name) => info.outputPath(name), "last");

  // Without a network the field says what can't be done, before and after.
  await page.context().setOffline(true);
  await expect(page.locator("#token-hint")).toContainText("No network: a number can’t be checked now.");
  await field.fill(who.badge);
  await field.press("Enter");
  await expect(page.getByRole("alert")).toContainText("No network: a number can’t be checked without it.");
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
  await expect(field).toHaveValue(who.badge);
});

test("the scanner's own files are all that its worker keeps", async ({ demo }) => {
  const worker = await (await fetch(`${demo.base_url}/scan-sw.js`)).text();
  const files: string[] = JSON.parse(/const files = (\[.*?\]);/.exec(worker)?.[1] ?? "[]");
  expect(files.some((f) => f.endsWith(".wasm"))).toBe(true);
  for (const file of files) expect((await fetch(demo.base_url + file)).status, file).toBe(200);
  expect(worker).not.toContain("/api/");
});

test("the scanner can be installed as an app", async ({ demo, camera, phones }) => {
  camera.play({ seconds: 0.1 });
  const context = await phones();
  const page = await context.newPage();
  await signIn(page, demo, demo.gate_key);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  const tools = await context.newCDPSession(page);
  const { errors, url } = await tools.send("Page.getAppManifest");
  expect(errors).toEqual([]);
  expect(url).toBe(`${demo.base_url}/scan.webmanifest`);
  const { installabilityErrors } = await tools.send("Page.getInstallabilityErrors");
  // These windows are private ones, which nothing is installed from.
  expect(installabilityErrors.filter((e) => e.errorId !== "in-incognito")).toEqual([]);
});

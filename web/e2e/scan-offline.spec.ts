import type { Page } from "@playwright/test";
import {
  cleared,
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
  wedge,
} from "./gatehouse";
import { api } from "./lanyard";

test("without a network the phone decides, keeps and sends", async ({ demo, camera, phones }, info) => {
  const gates = await gatesOf(demo);
  const [first, second, third] = [await guest(demo), await guest(demo), await guest(demo)];
  camera.play({ seconds: 0.1 });
  const context = await phones({ allow: NO_NETWORK });
  const page = await context.newPage();
  const sent: string[] = [];
  context.on("request", (r) => {
    if (r.url().endsWith("/scans/batch"))
      for (const s of JSON.parse(r.postData() ?? "{}").scans) sent.push(s.scan_id);
  });
  await signIn(page, demo, demo.gate_key);
  // The shell is on the phone before the network goes.
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  await startShift(page, gates.in);
  await expect(page.locator(".link")).toContainText("Live");
  const before = await inside(demo);

  await context.setOffline(true);
  await wedge(page, first.token);
  await expect(heading(page)).toHaveText("Admitted offline");
  await page.getByRole("alertdialog").click();
  await picture(page, (name) => info.outputPath(name), "offline");
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page.locator(".link")).toHaveText(/Offline 1/);
  await picture(page, (name) => info.outputPath(name), "station-offline");

  // Closed and opened again without a network: nothing is lost.
  await page.reload();
  await expect(page.getByText("1 waiting to be sent")).toBeVisible();

  // Nobody leaves without knowing what stays here.
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("alert")).toContainText(
    "Scans waiting on this phone to be sent: 1. They are sent when somebody signs in here again.",
  );
  await expect(page.getByRole("button", { name: "Sign out all the same" })).toBeVisible();
  await picture(page, (name) => info.outputPath(name), "leaving");
  await page.getByRole("button", { name: "Stay signed in" }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await startShift(page, gates.in);
  await wedge(page, first.token);
  await expect(heading(page)).toHaveText("Not admitted");
  await expect(page.getByRole("alertdialog")).toContainText("Already inside since");
  await cleared(page);

  // A second tab knows what the first has seen, and both have one queue.
  const tab = await context.newPage();
  await tab.goto(`${demo.base_url}/scan`);
  await startShift(tab, gates.in);
  await wedge(tab, first.token);
  await expect(heading(tab)).toHaveText("Not admitted");
  await cleared(tab);
  await wedge(tab, second.token);
  await expect(heading(tab)).toHaveText("Admitted offline");
  await cleared(tab);
  await wedge(page, third.token);
  await expect(heading(page)).toHaveText("Admitted offline");
  await cleared(page);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("Taken back")).toBeVisible();
  expect(await inside(demo)).toBe(before);

  await context.setOffline(false);
  await expect(page.locator(".link")).toHaveText(/Live$/, { timeout: 10_000 });
  await expect(tab.locator(".link")).toHaveText(/Live$/, { timeout: 10_000 });
  await expect.poll(() => inside(demo)).toBe(before + 2);
  expect(sent).toHaveLength(5); // three admitted, two refused, each once
  expect(new Set(sent).size).toBe(5);
  await expect(page.locator(".plate")).toContainText(`${before + 2} of`, { timeout: 10_000 });
});

test("a server that is busy or starts again holds up nobody", async ({ demo, camera, phones }) => {
  const gates = await gatesOf(demo);
  const [slow, busy, lost] = [await guest(demo), await guest(demo), await guest(demo)];
  camera.play({ seconds: 0.1 });
  const context = await phones({ allow: [...NO_NETWORK, "503"] });
  const page = await context.newPage();
  await signIn(page, demo, demo.gate_key);
  await startShift(page, gates.in);
  const before = await inside(demo);

  await context.route("**/scans", (route) => route.fulfill({ status: 503, headers: { "Retry-After": "1" } }));
  await wedge(page, busy.token);
  await expect(heading(page)).toHaveText("Admitted offline");
  await cleared(page);
  await context.unroute("**/scans");
  await expect(page.locator(".link")).toHaveText(/Live$/, { timeout: 10_000 });

  // Longer than our patience; and its yes is never heard of.
  await context.route("**/scans", async (route) => {
    await route.fetch();
    await new Promise((done) => setTimeout(done, 2000));
    await route.abort().catch(() => {});
  });
  const asked = Date.now();
  await wedge(page, slow.token);
  await expect(heading(page)).toHaveText("Admitted offline");
  expect(Date.now() - asked).toBeLessThan(3000); // of which the reader types some
  await cleared(page);
  await context.unroute("**/scans");
  await expect(page.locator(".link")).toHaveText(/Live$/, { timeout: 10_000 });
  await expect.poll(() => inside(demo)).toBe(before + 2);

  // The server's yes against a phone that had shown a no: the phone's counts.
  await wedge(page, lost.token);
  await expect(heading(page)).toHaveText("Admitted");
  await cleared(page);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("Taken back")).toBeVisible();
  await expect.poll(() => inside(demo)).toBe(before + 2);
});

test("when the server's answer is lost, both ends come to what the phone has shown", async ({
  demo,
  camera,
  phones,
}) => {
  const gates = await gatesOf(demo);
  const supervisor = api(demo, demo.supervisor_key);
  const [gone, back] = [await guest(demo), await guest(demo)];
  await supervisor.scan(back.token, gates.in);
  camera.play({ seconds: 0.1 });
  const pages = [];
  for (const _ of [gone, back]) {
    const context = await phones({ allow: NO_NETWORK });
    const page = await context.newPage();
    await signIn(page, demo, demo.gate_key);
    await startShift(page, gates.in);
    await expect(page.locator(".link")).toContainText("Live");
    // What happens from here on reaches the phone no more, nor do answers.
    await context.route(/\/(scanner|batch)(\?|$)/, (route) => route.abort());
    await context.route("**/scans", async (route) => {
      await route.fetch();
      await route.abort();
    });
    pages.push({ context, page });
  }
  const [one, two] = pages;
  if (!one || !two) throw new Error("two phones were asked for");
  const { journal } = api(demo, demo.security_key);
  const last = (await journal(0)).at(-1)?.seq ?? 0;
  await api(demo, demo.desk_key).revoke(gone.badge);
  await supervisor.scan(back.token, gates.out);
  const before = await inside(demo);

  await wedge(one.page, gone.token); // the server says no, the phone yes
  await expect(heading(one.page)).toHaveText("Admitted offline");
  await wedge(two.page, back.token); // the server says yes, the phone no
  await expect(heading(two.page)).toHaveText("Not admitted");
  expect(await inside(demo)).toBe(before + 1);
  for (const { context, page } of pages) {
    await cleared(page);
    await context.unrouteAll();
    await expect(page.locator(".link")).toHaveText(/Live$/, { timeout: 10_000 });
  }
  const rows = (await journal(last)).filter((r) => r.kind !== "badge");
  const told = (badge: string) => rows.filter((r) => r.badge === badge);
  const what = (badge: string) => told(badge).map((r) => `${r.kind} ${r.result}`);
  expect(what(gone.badge)).toEqual(["scan denied", "scan admitted"]);
  expect(what(back.badge)).toEqual(["scan exited", "scan admitted", "undo admitted"]);
  // Each is one scan by one id, whatever was said of it.
  expect(new Set(told(gone.badge).map((r) => r.scan_id)).size).toBe(1);
  expect(new Set(told(back.badge).map((r) => r.scan_id)).size).toBe(2);
  expect(await inside(demo)).toBe(before + 1); // the one who walked in, and not the other
  await expect(one.page.getByRole("button", { name: "More 1" })).toBeVisible();
});

test("a conflict is shown, and a queue outlives its operator", async ({ demo, camera, phones }, info) => {
  const gates = await gatesOf(demo);
  const [gone, fine] = [await guest(demo), await guest(demo)];
  camera.play({ seconds: 0.1 });
  const organizer = api(demo, demo.organizer_key);
  const operator = await organizer.operator("Leaving", "gate");
  const context = await phones({ allow: [...NO_NETWORK, "401"] });
  const page = await context.newPage();
  await page.goto(operator.pairing_url);
  await startShift(page, gates.in);
  await context.setOffline(true);
  await api(demo, demo.desk_key).revoke(gone.badge);
  await wedge(page, gone.token);
  await expect(heading(page)).toHaveText("Admitted offline");
  await cleared(page);
  await wedge(page, fine.token);
  await expect(heading(page)).toHaveText("Admitted offline");
  await organizer.dismiss(operator.id);
  await context.setOffline(false);

  // Their right has ended: what the phone knew is gone, what it decided isn't.
  await expect(page.getByLabel("Your key")).toBeVisible({ timeout: 15_000 });
  expect(await kept(page)).toEqual({ queue: 2, known: false });
  await page.getByLabel("Your key").fill(demo.gate_key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await startShift(page, gates.in);
  await page.getByRole("button", { name: "More 1" }).click();
  await expect(page.getByText("Decided otherwise")).toBeVisible();
  await expect(page.getByText("This badge was withdrawn or replaced.")).toBeVisible();
  await picture(page, (name) => info.outputPath(name), "conflict");
  await page.getByRole("button", { name: "Seen", exact: true }).click();
  await expect(page.getByText("Decided otherwise")).toHaveCount(0);
  expect(await kept(page)).toEqual({ queue: 0, known: true });
});

/** What of a phone's data is on its disk. */
const kept = (page: Page) =>
  page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((done, fail) => {
      const open = indexedDB.open("lanyard-scan");
      open.onsuccess = () => done(open.result);
      open.onerror = () => fail(open.error);
    });
    const ask = <T>(store: string, what: (s: IDBObjectStore) => IDBRequest<T>) =>
      new Promise<T>((done) => {
        const request = what(db.transaction(store).objectStore(store));
        request.onsuccess = () => done(request.result);
      });
    const queue = await ask("queue", (s) => s.count());
    const known = (await ask("kept", (s) => s.getKey("known"))) !== undefined;
    db.close();
    return { queue, known };
  });

test("a phone without room or WebAssembly still does its work", async ({ demo, camera, phones }) => {
  const gates = await gatesOf(demo);
  const [seen, full] = [await guest(demo), await guest(demo)];
  camera.play({ text: seen.token, seconds: 0.2 });
  const context = await phones({ allow: [...NO_NETWORK, "wasm", "WebAssembly", "falling back"] });
  await context.route("**/*.wasm", (route) => route.abort());
  await context.addInitScript(() => {
    IDBObjectStore.prototype.add = () => {
      throw new DOMException("no room", "QuotaExceededError");
    };
  });
  const page = await context.newPage();
  await signIn(page, demo, demo.gate_key);
  const before = await inside(demo);
  await startShift(page, gates.in);
  await expect(heading(page)).toHaveText("Admitted", { timeout: 10_000 });
  await cleared(page);
  await page.getByRole("button", { name: "Type" }).click();
  await context.setOffline(true);
  await wedge(page, full.token);
  await expect(heading(page)).toHaveText("Admitted offline");
  await expect(page.getByRole("alertdialog")).toContainText("storage is full");
  await cleared(page);
  await expect(page.locator(".bar")).toContainText("Keep this page open");
  await context.setOffline(false);
  await expect.poll(() => inside(demo), { timeout: 10_000 }).toBe(before + 2);
});

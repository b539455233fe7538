// Every page and state that looks.spec.ts looks at. A new one is a new row.
import { expect, type Page } from "@playwright/test";
import { hashOf, TASKS } from "../src/desk/route";
import type { Role, ScanAnswer } from "../src/server/shapes";
import type { Stage } from "./stage";

export interface State {
  readonly name: string;
  /** Path, or a whole address. */
  readonly at: (stage: Stage) => string;
  /** Who is signed in; whoever was before where it is missing. */
  readonly as?: Role;
  /** What has to be in sight before anything is looked at. */
  readonly ready: string;
  /** Before the page is opened. */
  readonly before?: (page: Page, stage: Stage) => Promise<unknown>;
  /** What is done on the opened page; in either language. */
  readonly act?: (page: Page, stage: Stage) => Promise<unknown>;
  /** What may go wrong on purpose: a part of the message or address. */
  readonly allow?: readonly string[];
}

const ME = "/api/v1/me"; // a stranger asks who they are: 401
const NO_NETWORK = ["ERR_FAILED", "ERR_INTERNET_DISCONNECTED", "ERR_ABORTED"];

const attendee: readonly State[] = [
  { name: "badge", at: (s) => s.pages.active, ready: ".qr svg" },
  { name: "badge, inside", at: (s) => s.pages.inside, ready: ".inside" },
  {
    name: "badge, all ways to keep it",
    at: (s) => s.pages.active,
    ready: ".qr svg",
    act: async (page) => {
      for (const way of await page.locator("summary").all()) await way.click();
    },
  },
  { name: "badge, revoked", at: (s) => s.pages.revoked, ready: ".over .state" },
  { name: "badge, replaced", at: (s) => s.pages.replaced, ready: ".over .state" },
  { name: "badge, expired", at: (s) => s.pages.expired, ready: ".over .state" },
  { name: "no such badge", at: () => "/b/AAAAAAAAAAAAAAAAAAAAAA", ready: ".notice", allow: ["404"] },
];

const frame: readonly State[] = [
  { name: "front page", at: () => "/", ready: ".doors" },
  { name: "signed out", at: () => "/live", ready: ".signin", allow: [ME] },
  {
    name: "wrong key",
    at: () => "/live",
    ready: ".signin",
    allow: [ME, "/api/v1/session"],
    act: async (page) => {
      await page.locator("input[name=key]").fill("no-such-key");
      await page.locator("button[type=submit]").click();
      await expect(page.locator(".trouble")).not.toBeEmpty();
    },
  },
  {
    name: "pairing link that was used",
    at: () => "/scan#pair=AAAAAAAAAAAAAAAAAAAAAA",
    ready: ".signin",
    act: (page) => expect(page.locator(".trouble")).not.toBeEmpty(),
  },
  {
    name: "no answer",
    at: () => "/live",
    ready: ".note.attention button",
    allow: NO_NETWORK,
    before: (page) => page.route("**/api/v1/me", (route) => route.abort()),
  },
  { name: "not for this role", at: () => "/live", as: "gate", ready: ".note.attention" },
];

const TILES = ".tile.alarm";
const live: readonly State[] = [
  { name: "board", at: () => "/live", as: "security", ready: TILES },
  {
    name: "board, stale",
    at: () => "/live",
    ready: ".tile.alarm .spark",
    allow: NO_NETWORK,
    act: async (page) => {
      await page.context().setOffline(true);
      await page.evaluate(() => {
        const now = Date.now;
        Date.now = () => now() + 60_000;
      });
      await expect(page.locator(".board.stale")).toBeVisible();
    },
  },
  {
    name: "one venue",
    at: () => "/live#venue=over",
    ready: ".chart canvas",
    act: (page) => page.locator("summary").click(),
  },
  { name: "who is inside", at: () => "/live#inside", ready: ".people tbody tr" },
  {
    name: "who is inside, nobody found",
    at: () => "/live#inside",
    ready: ".people tbody tr",
    act: (page) => page.locator("input[type=search]").fill("xyzzy"),
  },
  { name: "wall", at: () => "/live?wall", ready: TILES },
  { name: "wall by day", at: () => "/live?wall=light", ready: TILES },
  { name: "evacuation, before", at: () => "/live#roll", ready: ".roll-start button" },
  {
    name: "evacuation",
    at: () => "/live#roll",
    ready: ".roll-start button.main, .ticks",
    act: async (page) => {
      const begin = page.locator(".roll-start button.main");
      if (await begin.isVisible()) await begin.click();
      await page.locator(".ticks input").first().check();
      await page.locator(".end-roll button").click();
    },
  },
  {
    name: "an event without venues",
    at: () => "/live",
    ready: ".board .note",
    before: (page) =>
      page.route(/\/(occupancy|live)$/, (route) =>
        route.request().url().endsWith("live")
          ? route.fulfill({ status: 200, contentType: "text/event-stream", body: ":\n\n" })
          : route.fulfill({
              json: {
                venues: [],
                inside_total: 0,
                at: new Date().toISOString(),
                seq: 0,
                timezone: "Asia/Shanghai",
              },
            }),
      ),
  },
  { name: "board, of a supervisor", at: () => "/live", as: "supervisor", ready: TILES },
];

const startShift = async (page: Page) => {
  await page.locator(".start select").selectOption("calm-door");
  await page.locator(".start button.main").click();
  await page.locator(".shift").waitFor();
};

/** As a handheld reader types it; the verdict is kept, as by a tap, however slow this machine is. */
const read = async (page: Page, code: string) => {
  await page.evaluate((typed) => {
    new MutationObserver((_, watching) => {
      const shown = document.querySelector<HTMLElement>(".verdict");
      if (!shown) return;
      watching.disconnect();
      shown.click();
    }).observe(document, { childList: true, subtree: true });
    for (const key of [...typed, "Enter"])
      (document.activeElement ?? document.body).dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
      );
  }, code);
  await page.locator(".verdict button").first().waitFor();
};

const somebody = {
  name: "迪丽热巴·迪力木拉提",
  name_latin: "Dilraba Dilmurat",
  organization: "新疆维吾尔自治区人力资源和社会保障厅",
  category: "delegate",
};
const longest = {
  name: "Wolfeschlegelsteinhausenbergerdorff-Kleinschmidtmeyer",
  organization: "Bundesanstalt für Materialforschung und -prüfung",
  category: "delegate",
};
const earlier = { at: "2025-04-12T01:14:00Z", gate: "full-door" };

/** A scan that the server answers so. */
const verdict = (name: string, answer: Partial<ScanAnswer>, more: Partial<State> = {}): State => ({
  name: `scan, ${name}`,
  at: () => "/scan",
  ready: ".start",
  before: (page) =>
    page.context().route("**/scans", (route) =>
      route.fulfill({
        json: {
          scan_id: route.request().postDataJSON().scan_id,
          replayed: false,
          badge: { id: "AAAAAAAAAAA", category: "delegate" },
          venue: { id: "calm", inside: 413, capacity: 1200 },
          at: "2025-04-12T01:20:00Z",
          seq: 1,
          ...answer,
        },
      }),
    ),
  act: async (page) => {
    await startShift(page);
    await read(page, "header.claims.signature");
    await page.context().unrouteAll();
  },
  ...more,
});

const scan: readonly State[] = [
  { name: "scan, before the shift", at: () => "/scan", as: "supervisor", ready: ".start" },
  { name: "scan, scanning", at: () => "/scan", ready: ".start", act: startShift },
  {
    name: "scan, typing",
    at: () => "/scan",
    ready: ".start",
    act: async (page) => {
      await startShift(page);
      await page.locator(".thumb button").first().click();
      await page.locator(".sheet input").first().waitFor();
    },
  },
  {
    name: "scan, more",
    at: () => "/scan",
    ready: ".start",
    act: async (page) => {
      await startShift(page);
      await page.locator(".thumb button").last().click();
      await page.locator(".more").waitFor();
    },
  },
  verdict("admitted", { result: "admitted", attendee: somebody }),
  verdict("admitted, a long name", { result: "admitted", attendee: longest }),
  verdict("out", { result: "exited", attendee: somebody }),
  verdict("inside already", { result: "denied", reason: "already_inside", attendee: somebody, earlier }),
  verdict("full", { result: "denied", reason: "venue_full", attendee: longest }),
  verdict("wrong category", { result: "denied", reason: "wrong_category", attendee: somebody }),
  verdict("foreign", { result: "denied", reason: "invalid_token" }),
  {
    name: "scan, offline",
    at: () => "/scan",
    ready: ".start",
    allow: NO_NETWORK,
    act: async (page, { token }) => {
      await startShift(page);
      await page.context().setOffline(true);
      await read(page, token);
    },
  },
];

/** What the page asks for on opening has come and is drawn. */
const settled = (page: Page) =>
  page.evaluate(async () => {
    for (let quiet = 0, before = ""; quiet < 3; ) {
      await new Promise((done) => setTimeout(done, 50));
      quiet = before === document.body.textContent ? quiet + 1 : 0;
      before = document.body.textContent;
    }
  });

const desk: readonly State[] = [
  ...TASKS.map((task) => ({ name: `desk, ${task}`, at: () => `/desk${hashOf(task)}` })),
  { name: "desk, a new person", at: () => `/desk${hashOf("roster", "new")}` },
  { name: "desk, import", at: () => `/desk${hashOf("roster", "import")}` },
  { name: "desk, a person", at: (s: Stage) => `/desk${hashOf("roster", "person", s.person)}` },
  { name: "desk, a person's badge", at: (s: Stage) => `/desk${hashOf("sheets", "person", s.person)}` },
].map((state) => ({
  ...state,
  as: "organizer" as const,
  ready: ".task :is(h1, h2):visible",
  act: settled,
}));

export const faces = { attendee, frame, live, scan, desk };

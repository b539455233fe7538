// Each verdict as the gate sees, hears and feels it: told apart by any one of
// these alone.
import type { BrowserContext, Page } from "@playwright/test";
import { PNG } from "pngjs";
import { cleared, expect, gatesOf, guest, heading, signIn, startShift, test, wedge } from "./gatehouse";
import { expectAccessible, expectNoOverflow } from "./lanyard";

declare global {
  interface Window {
    shaken: string[];
    heard: string[];
  }
}

/** Writes down what the phone would do to the hand and the ear. */
function perceive() {
  window.shaken = [];
  window.heard = [];
  navigator.vibrate = (pattern) => {
    window.shaken.push(JSON.stringify(pattern));
    return true;
  };
  const start = OscillatorNode.prototype.start;
  const ramp = AudioParam.prototype.linearRampToValueAtTime;
  let to = 0;
  AudioParam.prototype.linearRampToValueAtTime = function (value, at) {
    to = value;
    return ramp.call(this, value, at);
  };
  OscillatorNode.prototype.start = function (at) {
    window.heard.push(`${to}`);
    return start.call(this, at);
  };
  // A tap keeps a verdict: here it comes at once, however slow this machine is.
  new MutationObserver(() => {
    const shown = document.querySelector<HTMLElement>(".verdict:not([data-kept])");
    if (!shown) return;
    shown.dataset.kept = "";
    shown.click();
  }).observe(document, { childList: true, subtree: true });
}

const person = {
  name: "李明",
  name_latin: "Ming Li",
  organization: "广东省科学技术厅",
  category: "delegate",
};
const long = {
  name: "Maria-Magdalena von Hohenzollern-Sigmaringen y Fernández de Córdoba",
  organization: "الجمعية الدولية للتبادل المهني",
  category: "expert",
};
const venue = { id: "main-forum", inside: 413, capacity: 1200 };
const badge = { id: "AAAAAAAAAAA", category: "delegate" };
const earlier = { at: "2025-04-12T01:14:00Z", gate: "main-south" };

/** What the server says, or how it doesn't; a code that a test made up for each. */
const verdicts: readonly { name: string; answer?: object; status?: number; code?: string; look?: boolean }[] =
  [
    { name: "admitted", answer: { result: "admitted", attendee: person } },
    { name: "offline" },
    { name: "exited", answer: { result: "exited", attendee: person } },
    { name: "inside", answer: { result: "denied", reason: "already_inside", attendee: person, earlier } },
    { name: "full", answer: { result: "denied", reason: "venue_full", attendee: long } },
    { name: "category", answer: { result: "denied", reason: "wrong_category", attendee: person } },
    {
      name: "foreign",
      answer: { result: "denied", reason: "invalid_token" },
      code: "BEGIN:VCARD\nEND:VCARD",
    },
    { name: "refused", status: 403 },
    { name: "would", answer: { result: "admitted", attendee: person }, look: true },
    { name: "would-not", answer: { result: "denied", reason: "revoked", attendee: person }, look: true },
    { name: "ended", status: 401 },
  ];

interface Sense {
  readonly picture: Buffer;
  readonly shaken: string;
  readonly heard: string;
  readonly spoken: string;
}

/** Goes through all verdicts once and notes each by every sense. */
async function all(context: BrowserContext, page: Page, token: string): Promise<Map<string, Sense>> {
  const found = new Map<string, Sense>();
  for (const [n, { name, answer, status, code, look }] of verdicts.entries()) {
    await context.unroute("**/scans");
    await context.route("**/scans", (route) => {
      if (!answer && !status) return route.abort();
      const { scan_id } = JSON.parse(route.request().postData() ?? "{}");
      const body = answer
        ? { scan_id, replayed: false, badge, venue, at: "2025-04-12T01:20:00Z", seq: 1, ...answer }
        : {
            type: "about:blank",
            status,
            title: "No",
            code: status === 403 ? "gate_refused" : "unauthorized",
          };
      return route.fulfill({ status: status ?? 200, json: body });
    });
    const ticked = await page.locator(".bar.look").count();
    if (Boolean(look) !== ticked > 0) {
      await page.locator(".thumb button").last().click();
      await page.locator(".more .tick input").first().setChecked(Boolean(look));
      await page.locator(".thumb button").last().click();
    }
    await page.evaluate(() => {
      window.shaken = [];
      window.heard = [];
    });
    await wedge(page, !answer && !status ? token : (code ?? `header-${n}.claims.signature`));
    await expect(page.getByRole("alertdialog").getByRole("button").first()).toBeVisible();
    const spoken = (await page.locator(".spoken").textContent()) ?? "";
    const picture = await page.screenshot();
    await expectNoOverflow(page);
    const [shaken, heard] = await page.evaluate(() => [window.shaken.join(), window.heard.join()]);
    found.set(name, { picture, shaken, heard, spoken });
    if (name !== "ended") await cleared(page);
  }
  return found;
}

/** A picture as seen without glasses and colours: the brightness of squares too large to read. */
function blurred(picture: Buffer): number[] {
  const SQUARE = 20; // px
  const { width, height, data } = PNG.sync.read(picture);
  const squares: number[] = [];
  for (let top = 0; top + SQUARE <= height; top += SQUARE)
    for (let left = 0; left + SQUARE <= width; left += SQUARE) {
      let sum = 0;
      for (let y = top; y < top + SQUARE; y++)
        for (let x = left; x < left + SQUARE; x++) {
          const at = 4 * (y * width + x);
          sum += 0.21 * (data[at] ?? 0) + 0.72 * (data[at + 1] ?? 0) + 0.07 * (data[at + 2] ?? 0);
        }
      squares.push(sum / SQUARE ** 2);
    }
  return squares;
}

/** The share of squares that are clearly brighter or darker. */
function unlike(a: readonly number[], b: readonly number[]): number {
  return a.filter((value, i) => Math.abs(value - (b[i] ?? 0)) > 25).length / a.length;
}

async function sheet(
  page: Page,
  rows: readonly (readonly [string, ReadonlyMap<string, Sense>])[],
  path: string,
) {
  const cells = rows.map(
    ([filter, found]) =>
      `<p style="filter:${filter}">${[...found.values()]
        .map((s) => `<img src="data:image/png;base64,${s.picture.toString("base64")}">`)
        .join("")}</p>`,
  );
  await page.setViewportSize({ width: 11 * 190, height: rows.length * 380 });
  await page.setContent(
    `<style>body{margin:0;background:#777}p{margin:4px;display:flex;gap:6px}img{width:180px}</style>${cells.join("")}`,
  );
  await page.screenshot({ path });
}

test("each verdict is told apart by colour, by shape, by ear, by hand and by a screen reader", async ({
  demo,
  camera,
  phones,
  eyes,
}, info) => {
  const gates = await gatesOf(demo);
  camera.play({ seconds: 0.1 });
  const rows: [string, Map<string, Sense>][] = [];
  for (const [lang, sun] of [
    ["en-GB", false],
    ["zh-CN", false],
    ["en-GB", true],
  ] as const) {
    const context = await phones({ lang, allow: ["ERR_FAILED", "403", "401"] });
    await context.addInitScript(perceive);
    const page = await context.newPage();
    const { token } = await guest(demo);
    if (lang === "en-GB") {
      await signIn(page, demo, demo.supervisor_key);
      if (sun) await page.getByLabel("Sunlight").check();
      await startShift(page, gates.in);
    } else {
      await page.goto(`${demo.base_url}/scan`);
      await page.getByLabel("您的密钥").fill(demo.supervisor_key);
      await page.getByRole("button", { name: "登录" }).click();
      await page.getByRole("combobox").selectOption(gates.in);
      await page.getByRole("button", { name: "开始值班" }).click();
    }
    await expect(page.locator("video")).toBeVisible();
    const found = await all(context, page, token);
    if (sun) await expectAccessible(page);
    rows.push(["none", found]);
    if (!sun) rows.push(["grayscale(1)", found]);
    await expect(heading(page)).toBeVisible();
  }
  const drawing = await eyes.newPage();
  await sheet(drawing, rows, info.outputPath("verdicts.png"));
  await drawing.close();

  for (const [, found] of rows) {
    const alike = (of: (s: Sense) => string) =>
      new Set(
        ["admitted", "offline", "exited", "inside", "refused", "would", "would-not"].map((n) =>
          of(found.get(n) as Sense),
        ),
      ).size;
    expect(
      alike((s) => s.heard),
      "each sounds its own way",
    ).toBe(7);
    expect(
      alike((s) => s.shaken),
      "each shakes its own way",
    ).toBe(7);
    expect(new Set([...found.values()].map((s) => s.spoken)).size, "each is spoken").toBe(verdicts.length);
    const looks = ["admitted", "offline", "exited", "inside", "refused", "would"] as const;
    const seen = looks.map((n) => blurred(found.get(n)?.picture ?? Buffer.of()));
    for (const [i, one] of seen.entries())
      for (const [j, other] of seen.entries())
        if (i < j) {
          expect.soft(unlike(one, other), `${looks[i]} and ${looks[j]} in grey`).toBeGreaterThan(0.15);
        }
  }
});

import type { Page } from "@playwright/test";
import { PNG } from "pngjs";
import { api, type Demo, expect, expectAccessible, expectNoOverflow, readCode, test } from "./lanyard";

/** Before anybody is signed in, asking who it is gets a 401. */
const STRANGER = ["/api/v1/me"];

const NAMES = [
  { name: "محمد بن عبد الرحمن بن عبد الله آل سعود", name_latin: "Mohammed bin Abdulrahman Al Saud" },
  { name: "สมชาย ศรีสุวรรณวัฒนากุล", name_latin: "Somchai Srisuwanwattanakul" },
  { name: "Wolfeschlegelsteinhausenbergerdorff-Konstantinopoulou von und zu Hohenzollern", name_latin: "" },
  { name: "欧阳娜娜・阿卜杜热合曼・买买提依明", name_latin: "Ouyang Nana" },
  { name: "Ng", name_latin: "" },
  { name: "李明", name_latin: "Li Ming" },
  { name: "Ana Sánchez", name_latin: "" },
  { name: "Αλεξάνδρα Κωνσταντινοπούλου", name_latin: "Alexandra Konstantinopoulou" },
] as const; // a whole A4 sheet

// A printer has 300 dots to the inch where a screen counts 96.
test.use({ deviceScaleFactor: 3 });

test.beforeEach(({ watch }) => {
  watch.allow.push(...STRANGER);
});

async function openSheets(page: Page, demo: Demo, key: string, rest = "") {
  await page.goto(`${demo.base_url}/desk#/sheets${rest}`);
  await page.getByLabel("Your key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.locator(".card").first()).toBeVisible();
}

/** The pages of a print of the page as it is: how many, and how large in mm. */
async function printed(page: Page): Promise<{ pages: number; width: number; height: number }> {
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  const [, width, height] = /\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf) ?? [];
  const mm = (points: string | undefined) => Math.round((Number(points) / 72) * 25.4);
  return { pages: pdf.match(/\/Type\s*\/Page\b/g)?.length ?? 0, width: mm(width), height: mm(height) };
}

/** What sticks out of its card, by class. */
const clipped = (page: Page) =>
  page.locator(".card").evaluateAll((cards) =>
    cards.flatMap((card) => {
      const box = card.getBoundingClientRect();
      return [...card.querySelectorAll("p, .card-code > *")]
        .filter((part) => {
          const b = part.getBoundingClientRect();
          const out = b.top < box.top - 1 || b.bottom > box.bottom + 1 || b.right > box.right + 1;
          return out || part.scrollWidth > part.clientWidth + 1;
        })
        .map((part) => `${part.className} of ${card.querySelector(".card-name")?.textContent}`);
    }),
  );

/** What of a sheet lies in the outer mm of the paper, where a printer leaves it blank, by class. */
const lost = (page: Page, blank: number) =>
  page.locator(".sheet").evaluateAll((sheets, mm) => {
    const edge = (mm / 25.4) * 96;
    return sheets.flatMap((sheet) => {
      const paper = sheet.getBoundingClientRect();
      const words = document.createRange();
      return [...sheet.querySelectorAll(".card-code svg, .card-number, .card p, .card p > span")]
        .filter((part) => {
          words.selectNodeContents(part);
          // The band is the one that may go to the edge; its words may not.
          const box = part.matches("svg") ? part.getBoundingClientRect() : words.getBoundingClientRect();
          const near =
            Math.min(
              box.left - paper.left,
              box.top - paper.top,
              paper.right - box.right,
              paper.bottom - box.bottom,
            ) <
            edge - 0.5;
          return near && !part.matches(".card-band") && box.width > 0;
        })
        .map((part) => `${part.className || part.parentElement?.className || part.tagName}`);
    });
  }, blank);

/** The codes of the first sheet as they are read where the outer mm of the paper stayed blank. */
async function readOffPaper(page: Page, blank: number): Promise<string[]> {
  const sheet = page.locator(".sheet").first();
  const paper = PNG.sync.read(await sheet.screenshot());
  const { width, codes } = await sheet.evaluate((el) => {
    const at = el.getBoundingClientRect();
    const codes = [...el.querySelectorAll(".card-code svg")].map((code) => {
      const box = code.getBoundingClientRect();
      return { x: box.x - at.x, y: box.y - at.y, size: box.width };
    });
    return { width: at.width, codes };
  });
  const dots = paper.width / width;
  const edge = (blank / 25.4) * 96 * dots;
  return codes.map((code) => {
    const [x, y, size] = [code.x, code.y, code.size].map((px) => Math.round(px * dots)) as [
      number,
      number,
      number,
    ];
    const picture = new PNG({ width: size, height: size });
    picture.data.fill(0xff);
    const [left, top] = [Math.max(x, Math.ceil(edge)), Math.max(y, Math.ceil(edge))];
    const right = Math.min(x + size, Math.floor(paper.width - edge));
    const bottom = Math.min(y + size, Math.floor(paper.height - edge));
    PNG.bitblt(paper, picture, left, top, right - left, bottom - top, left - x, top - y);
    return readCode(PNG.sync.write(picture));
  });
}

test("badges are printed on A4, A6 and labels, names of every script whole", async ({ page, demo }, info) => {
  const desk = api(demo, demo.desk_key);
  const people = (await desk.attendees("status=active&limit=200")).slice(0, NAMES.length);
  for (const [i, names] of NAMES.entries()) {
    const person = people[i];
    if (!person) throw new Error("the demonstration's roster is too short");
    await desk.change(person.id, {
      ...names,
      organization:
        i % 2 ? "Forschungszentrum für Internationale Zusammenarbeit und Technologietransfer" : "",
      delegation: "Print test",
    });
  }
  await openSheets(page, demo, demo.desk_key);
  await page.getByLabel("Only who matches").fill("Print test");
  await expect(page.locator(".card")).toHaveCount(NAMES.length);
  await expect(page.getByRole("button", { name: `Print ${NAMES.length} badges` })).toBeEnabled();

  for (const { paper, pages, width, height, blank } of [
    { paper: "A4 sheet", pages: 1, width: 210, height: 297, blank: 5 },
    { paper: "A6", pages: NAMES.length, width: 105, height: 148, blank: 5 },
    { paper: "Label", pages: NAMES.length, width: 100, height: 62, blank: 2 },
  ]) {
    await page.getByRole("radio", { name: paper }).check();
    expect(await clipped(page), paper).toEqual([]);
    await page.emulateMedia({ media: "print" });
    expect(await lost(page, blank), paper).toEqual([]);
    if (paper === "A4 sheet") {
      const tokens = (await desk.attendees("q=Print test")).map((p) => p.badge?.token);
      expect((await readOffPaper(page, blank)).sort()).toEqual(tokens.sort());
    }
    await page.emulateMedia({ media: null });
    expect(await printed(page), paper).toEqual({ pages, width, height });
    await page.screenshot({ path: info.outputPath(`${paper}.png`), fullPage: true, scale: "css" });
    // As small as it is, the code is read off the paper.
    const shot = await page.locator(".card-code").first().screenshot();
    expect(readCode(shot).split(".")).toHaveLength(3);
  }
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
});

test("a roster is printed in batches, one person alone, and nobody says what to do", async ({
  page,
  demo,
}, info) => {
  await openSheets(page, demo, demo.organizer_key);
  await expect(page.getByText("Badges 1 to 200, 25 pages")).toBeVisible();
  const first = await page.locator(".card").first().getAttribute("data-person");
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page.getByText(/Badges 201 to/)).toBeVisible();
  await expect(page.locator(".card").first()).not.toHaveAttribute("data-person", first ?? "");
  await page.getByRole("button", { name: "Previous" }).click();
  await expect(page.locator(`.card[data-person="${first}"]`)).toBeVisible();
  await page.setViewportSize({ width: 360, height: 740 });
  await expectNoOverflow(page);
  await page.screenshot({ path: info.outputPath("phone.png") });

  await page.goto(`${demo.base_url}/desk#/sheets/person/${first}`);
  await expect(page.locator(".card")).toHaveCount(1);
  await expect(page.getByRole("button", { name: "Print this badge" })).toBeEnabled();
  await page.getByRole("link", { name: "Everybody’s badges" }).click();
  await page.getByLabel("Only who matches").fill("nobody-has-this-name");
  await expect(page.getByText("Nobody with a badge matches.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Print badges", exact: true })).toBeDisabled();
});

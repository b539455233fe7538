import type { Page } from "@playwright/test";
import { api, type Demo, expect, expectAccessible, expectNoOverflow, readCode, test } from "./lanyard";

/** Before anybody is signed in, asking who it is gets a 401. */
const STRANGER = ["/api/v1/me"];

const NAMES = [
  { name: "محمد بن عبد الرحمن بن عبد الله آل سعود", name_latin: "Mohammed bin Abdulrahman Al Saud" },
  { name: "สมชาย ศรีสุวรรณวัฒนากุล", name_latin: "Somchai Srisuwanwattanakul" },
  { name: "Wolfeschlegelsteinhausenbergerdorff-Konstantinopoulou von und zu Hohenzollern", name_latin: "" },
  { name: "欧阳娜娜・阿卜杜热合曼・买买提依明", name_latin: "Ouyang Nana" },
  { name: "Ng", name_latin: "" },
] as const;

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

test("badges are printed on A4, A6 and labels, names of every script whole", async ({ page, demo }, info) => {
  const desk = api(demo, demo.desk_key);
  const people = (await desk.attendees("status=active&limit=200")).slice(-NAMES.length - 200, -195);
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

  for (const { paper, pages, width, height } of [
    { paper: "A4 sheet", pages: 1, width: 210, height: 297 },
    { paper: "A6", pages: NAMES.length, width: 105, height: 148 },
    { paper: "Label", pages: NAMES.length, width: 100, height: 62 },
  ]) {
    await page.getByRole("radio", { name: paper }).check();
    expect(await clipped(page), paper).toEqual([]);
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
  await expect(page.getByRole("button", { name: /^Print 0/ })).toBeDisabled();
});

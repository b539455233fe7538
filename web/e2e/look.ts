// What every page must be, whatever it shows: nothing wider than the screen,
// nothing cut off, everything reached by keyboard with the focus in sight, and
// still for those who asked for stillness. Each look gives what is wrong.
import type { Page } from "@playwright/test";
import axe from "axe-core";

/** How long a page may take until everything has its place, in ms. */
const SETTLED = 2000;

/**
 * What sticks out to the right, and texts that something hides a part of, once the
 * page has settled: what measures itself does so after it was laid out.
 */
export async function spill(page: Page): Promise<string[]> {
  for (const end = Date.now() + SETTLED; ; await page.waitForTimeout(50)) {
    const found = await spilled(page);
    if (!found.length || Date.now() > end) return found;
  }
}

/**
 * A box hides a part when it clips and can't be scrolled. Letters may stick out of
 * a tight line by a quarter of their height.
 */
const spilled = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const found = scrollWidth > clientWidth ? [`the page is ${scrollWidth} wide, not ${clientWidth}`] : [];
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = words.nextNode(); node; node = words.nextNode()) {
      const own = node.parentElement;
      if (
        !node.textContent?.trim() ||
        !own?.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      )
        continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const text = range.getBoundingClientRect();
      const spare = Number.parseFloat(getComputedStyle(own).fontSize) / 4;
      let [inX, inY] = [true, true];
      for (let box: Element | null = own; box && box !== document.body; box = box.parentElement) {
        const style = getComputedStyle(box);
        if (style.clipPath !== "none") break; // for those who hear the page
        const edge = box.getBoundingClientRect();
        const scrolls = (overflow: string) => overflow === "auto" || overflow === "scroll";
        if (scrolls(style.overflowX)) inX = false;
        if (scrolls(style.overflowY)) inY = false;
        if (
          (inX &&
            style.overflowX !== "visible" &&
            (text.right > edge.right + 1 || text.left < edge.left - 1)) ||
          (inY &&
            style.overflowY !== "visible" &&
            (text.bottom > edge.bottom + spare || text.top < edge.top - spare))
        ) {
          found.push(`cut off: ${node.textContent} in ${box.outerHTML.slice(0, 80)}`);
          break;
        }
      }
    }
    return found;
  });

/** WCAG 2.2 AA, as far as a program can tell; what depends on colours and sizes alone, or all. */
export async function barriers(page: Page, all: boolean): Promise<string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
  return page.evaluate(async (all) => {
    // biome-ignore lint/suspicious/noExplicitAny: the library put itself there
    const { violations } = await (window as any).axe.run({
      resultTypes: ["violations"],
      runOnly: all
        ? ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        : { type: "rule", values: ["color-contrast", "target-size", "scrollable-region-focusable"] },
    });
    return violations.flatMap((v: { id: string; nodes: { html: string; failureSummary?: string }[] }) =>
      v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 120)} ${n.failureSummary ?? ""}`),
    );
  }, all);
}

/** As many stops as are tried on one page. */
const STOPS = 40;

/** Presses of Tab that a field for a day and a time takes beyond the first: its parts, and its calendar. */
const PARTS = 6;

/** What Tab does not reach of all that can be pressed or filled in, and where the focus can't be seen. */
export async function unreached(page: Page): Promise<string[]> {
  const count = await page.evaluate((most) => {
    const all = document.querySelectorAll<HTMLElement>(
      "a[href], button, input, select, textarea, summary, [tabindex='0']",
    );
    const stops = [...all].filter(
      (e) =>
        e.checkVisibility({ visibilityProperty: true }) &&
        !e.closest("[inert]") &&
        !e.matches(":disabled, input[type=radio]:not(:checked), [tabindex='-1']"),
    );
    const wanted = new Set(stops.slice(0, most));
    const unseen: string[] = [];
    (document.activeElement as HTMLElement | null)?.blur();
    document.addEventListener("focusin", ({ target }) => {
      if (!(target instanceof HTMLElement) || target === document.body) return;
      wanted.delete(target);
      // A box drawn over its own input shows the focus in the input's place,
      // and a row in the place of its link.
      const drawn = [
        getComputedStyle(target),
        getComputedStyle(target, "::after"),
        ...[target.nextElementSibling, target.closest("label")].flatMap((e) =>
          e ? [getComputedStyle(e)] : [],
        ),
      ].some((s) => s.outlineStyle !== "none" && Number.parseFloat(s.outlineWidth) > 0);
      if (!drawn) unseen.push(target.outerHTML.slice(0, 80));
    });
    Object.assign(window, { tabbed: { wanted, unseen } });
    return wanted.size;
  }, STOPS);
  const parted = await page.locator("[type=datetime-local], [type=date], [type=time]").count();
  for (let i = 0; i < count + 2 + PARTS * parted; i++) await page.keyboard.press("Tab");
  return page.evaluate(() => {
    const { wanted, unseen } = (
      window as unknown as { tabbed: { wanted: Set<HTMLElement>; unseen: string[] } }
    ).tabbed;
    return [
      ...[...wanted]
        .filter((e) => e.isConnected)
        .map((e) => `Tab does not reach ${e.outerHTML.slice(0, 80)}`),
      ...unseen.map((html) => `the focus can't be seen on ${html}`),
    ];
  });
}

/** What moves although reduced motion is asked for. */
export async function restless(page: Page): Promise<string[]> {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const moving = await page.evaluate(() => {
    const lasts = (times: string) => times.split(",").some((t) => Number.parseFloat(t) > 0);
    return [...document.querySelectorAll("*")].flatMap((e) =>
      [null, "::before", "::after"].flatMap((part) => {
        const style = getComputedStyle(e, part);
        const moves =
          lasts(style.transitionDuration) ||
          (style.animationName !== "none" && lasts(style.animationDuration));
        return moves || style.scrollBehavior === "smooth" ? [`moves: ${e.outerHTML.slice(0, 80)}`] : [];
      }),
    );
  });
  await page.emulateMedia({ reducedMotion: null });
  return moving;
}

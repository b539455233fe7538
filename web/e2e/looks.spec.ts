// Every page and state of states.ts in both languages, on a phone and a wide
// screen, by day and night, enlarged to 200 %, by keyboard and without motion.
// With SCREENSHOTS=1 each leaves its pictures in test-results.
import { test as base, type Demo, expect } from "./lanyard";
import { barriers, restless, spill, unreached } from "./look";
import { type Stage, setStage } from "./stage";
import { faces } from "./states";

const test = base.extend<object, { demo: Demo; stage: Stage }>({
  // A camera that shows a moving pattern: there is nothing to decode.
  launchOptions: [
    async ({ launchOptions }, use) =>
      use({
        ...launchOptions,
        args: [
          ...(launchOptions.args ?? []),
          "--use-fake-ui-for-media-stream",
          "--use-fake-device-for-media-stream",
        ],
      }),
    { scope: "worker" },
  ],
  stage: [async ({ demo }, use) => use(await setStage(demo)), { scope: "worker", timeout: 60_000 }],
});

const PHONE = { width: 360, height: 740 };
const WIDE = { width: 1440, height: 900 };
const ENLARGED = { width: 720, height: 450 }; // 1440x900 at 200 %

for (const [face, states] of Object.entries(faces)) {
  test(`it looks right in every state: ${face}`, async ({ page, demo, stage, watch }, info) => {
    test.setTimeout(180_000);
    const wrong: string[] = [];
    let as: string | undefined;
    for (const state of states) {
      watch.allow.push(...(state.allow ?? []));
      if (state.as && state.as !== as) {
        await page.request.post(`${demo.base_url}/api/v1/session`, { data: { key: stage.keys[state.as] } });
        as = state.as;
      }
      for (const lang of ["en", "zh"] as const) {
        const note = (found: string[], how: string) =>
          wrong.push(...found.map((f) => `${state.name}, ${lang}, ${how}: ${f}`));
        try {
          await page.goto("about:blank"); // or a new hash alone would load nothing
          await page.setViewportSize(PHONE);
          await page.emulateMedia({ colorScheme: lang === "en" ? "light" : "dark" });
          await state.before?.(page, stage);
          const url = new URL(state.at(stage), demo.base_url);
          url.searchParams.set("lang", lang);
          await page.goto(url.href);
          await page.locator(state.ready).first().waitFor({ timeout: 10_000 });
          await state.act?.(page, stage);
          // Where things stand doesn't depend on colours, nor colours on the language.
          note(await spill(page), "phone");
          note(await barriers(page, lang === "en"), "phone");
          await page.setViewportSize(ENLARGED);
          note(await spill(page), "enlarged");
          await page.setViewportSize(WIDE);
          await page.emulateMedia({ colorScheme: lang === "en" ? "dark" : "light" });
          note(await spill(page), "wide");
          note(await barriers(page, false), "wide");
          if (process.env.SCREENSHOTS) {
            for (const [size, viewport] of Object.entries({ phone: PHONE, wide: WIDE })) {
              for (const colorScheme of ["light", "dark"] as const) {
                await page.setViewportSize(viewport);
                await page.emulateMedia({ colorScheme });
                const name = `${state.name.replaceAll(/\W+/g, "-")}-${lang}-${size}-${colorScheme}.png`;
                await page.screenshot({ path: info.outputPath(name), fullPage: true });
              }
            }
          }
          if (lang === "en") {
            note(await restless(page), "reduced motion");
            note(await unreached(page), "keyboard");
          }
        } catch (e) {
          note([`${e}`.slice(0, 400)], "could not be reached");
        }
        await page.unrouteAll({ behavior: "ignoreErrors" });
        await page.context().setOffline(false);
      }
    }
    expect(wrong).toEqual([]);
  });
}

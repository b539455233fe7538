import { execFileSync } from "node:child_process";
import { defineConfig } from "@playwright/test";

/** The machine's own browser: nothing is downloaded for these tests. */
function chromium(): string {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      return execFileSync("which", [name], { encoding: "utf8" }).trim();
    } catch {
      // The next one, then.
    }
  }
  throw new Error("no Chromium on the PATH: install one, or name it in CHROMIUM");
}

export default defineConfig({
  testDir: ".",
  outputDir: "../test-results",
  workers: 2, // each with a server of its own, on which a file's tests follow one another
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 60_000,
  reporter: [["list"], ["./figures.ts"]],
  use: {
    locale: "en-GB",
    timezoneId: "Asia/Shanghai",
    launchOptions: {
      executablePath: chromium(),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { shell } from "./shell.ts";

const page = (name: string) => fileURLToPath(new URL(`./src/${name}.html`, import.meta.url));
const worker = fileURLToPath(new URL("./src/session/shell-worker.js", import.meta.url));

// One page and one entry for each surface. The Go program serves what comes
// out: pages under /, /scan, /live and /desk, the rest under /assets/.
export default defineConfig({
  root: "src",
  publicDir: false,
  // These open without a network, too.
  plugins: [shell("scan", worker), shell("live", worker)],
  worker: { format: "es" },
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    target: "es2022",
    // The policy allows files only, so nothing may become a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: page("index"), scan: page("scan"), live: page("live"), desk: page("desk") },
    },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8080", "/b": "http://127.0.0.1:8080" } },
  test: { root: ".", include: ["src/**/*.test.ts"] },
});

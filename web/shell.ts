import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin, Rolldown } from "vite";

/**
 * Writes a surface's service worker beside its page: the given script with the
 * files that the page can ever load, and a version that changes with them.
 */
export function shell(surface: string, script: string): Plugin {
  return {
    name: `shell-of-${surface}`,
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const page = bundle[`${surface}.html`];
      if (page?.type !== "asset") throw new Error(`no page ${surface}.html was built`);
      const files = new Set<string>();
      const take = (name: string): void => {
        const file = bundle[name];
        if (!file || files.has(name)) return;
        files.add(name);
        if (file.type === "chunk") for (const other of [...file.imports, ...file.dynamicImports]) take(other);
        mentioned(file.type === "chunk" ? file.code : String(file.source));
      };
      // Styles, workers and what workers load are named in the code alone.
      const mentioned = (text: string): void => {
        for (const name of Object.keys(bundle)) {
          const base = name.slice(name.lastIndexOf("/") + 1);
          if (name.startsWith("assets/") && text.includes(base)) take(name);
        }
      };
      mentioned(String(page.source));
      const hash = createHash("sha256").update(String(page.source));
      const list = [...files].sort();
      for (const name of list) hash.update(name).update(content(bundle[name]));
      const source = readFileSync(script, "utf8")
        .replace("{{surface}}", surface)
        .replace("{{version}}", hash.digest("hex").slice(0, 12))
        .replace('"{{files}}"', JSON.stringify([`/${surface}`, ...list.map((name) => `/${name}`)]));
      this.emitFile({ type: "asset", fileName: `${surface}-sw.js`, source });
    },
  };
}

const content = (file: Rolldown.OutputAsset | Rolldown.OutputChunk | undefined): string | Uint8Array =>
  file?.type === "chunk" ? file.code : (file?.source ?? "");

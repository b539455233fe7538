// Figures that the browser tests measure, printed as one table when all have
// run: they stand here for people to compare, the tests' own bars decide.
import type { Reporter, TestCase, TestResult } from "@playwright/test/reporter";

const FIGURE = "figure";
const APART = "\t";

/** Notes what was measured; the bar, where there is one, is what the test asserts. */
export function figure(
  info: { annotations: { type: string; description?: string }[] },
  what: string,
  value: string,
  bar = "",
): void {
  info.annotations.push({ type: FIGURE, description: [what, value, bar].join(APART) });
}

export default class Figures implements Reporter {
  readonly #rows: string[][] = [["measured in the browser", "", "bar"]];

  onTestEnd(_: TestCase, result: TestResult): void {
    for (const { type, description } of result.annotations)
      if (type === FIGURE) this.#rows.push((description ?? "").split(APART));
  }

  onEnd(): void {
    if (this.#rows.length === 1) return;
    const wide = [0, 1].map((c) => Math.max(...this.#rows.map((r) => r[c]?.length ?? 0)));
    const lines = this.#rows.map((r) =>
      `  ${r.map((cell, c) => cell.padEnd(wide[c] ?? 0)).join("  ")}`.trimEnd(),
    );
    process.stdout.write(`\n${lines.join("\n")}\n`);
  }
}

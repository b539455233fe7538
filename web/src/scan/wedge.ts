// A handheld reader is a keyboard that types a whole code in one breath and
// ends it with Enter. Hands are slower, which tells the two apart.

const BREATH_MS = 80; // longest pause between two characters of one code
const SHORTEST = 11; // a badge number

export class Wedge {
  #typed = "";
  #at = Number.NEGATIVE_INFINITY;

  /** Takes one key and the time in ms; gives the code that Enter completes. */
  press(key: string, at: number): string | undefined {
    if (at - this.#at > BREATH_MS) this.#typed = "";
    this.#at = at;
    if (key === "Enter" || key === "Tab") {
      const code = this.#typed;
      this.#typed = "";
      return code.length >= SHORTEST ? code : undefined;
    }
    if (key.length === 1) this.#typed += key;
    return undefined;
  }
}

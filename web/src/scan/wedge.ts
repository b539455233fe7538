// A handheld reader is a keyboard that types a whole code in one breath and
// ends it with Enter. Hands are slower, which tells the two apart.

const STUMBLE_MS = 1500; // longest pause within one code, on a busy phone
const PACE_MS = 50; // a reader's average between two characters, at most
const SHORTEST = 11; // a badge number

export class Wedge {
  #typed = "";
  #from = 0;
  #at = Number.NEGATIVE_INFINITY;

  /** Takes one key and the time in ms; gives the code that Enter completes. */
  press(key: string, at: number): string | undefined {
    if (at - this.#at > STUMBLE_MS) this.#typed = "";
    if (key === "Enter" || key === "Tab") {
      const code = this.#typed;
      this.#typed = "";
      const fast = this.#at - this.#from <= PACE_MS * code.length;
      return fast && code.length >= SHORTEST ? code : undefined;
    }
    if (key.length === 1) {
      if (this.#typed === "") this.#from = at;
      this.#typed += key;
      this.#at = at;
    }
    return undefined;
  }
}

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

/**
 * What a key types. Where a Chinese or Japanese input method is on, the browser
 * says only that it is at work ("Process"): then the place of the key on a
 * keyboard tells, since readers type as an American one.
 */
export function typed(e: Pick<KeyboardEvent, "key" | "code" | "shiftKey" | "getModifierState">): string {
  if (e.key !== "Process" && e.key !== "Unidentified") return e.key;
  if (e.code === "Enter" || e.code === "NumpadEnter") return "Enter";
  if (e.code === "Tab") return "Tab";
  const letter = /^Key([A-Z])$/.exec(e.code)?.[1];
  if (letter) return e.shiftKey !== e.getModifierState("CapsLock") ? letter : letter.toLowerCase();
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(e.code)?.[1];
  if (digit && !e.shiftKey) return digit;
  if (e.code === "Minus") return e.shiftKey ? "_" : "-";
  if (e.code === "Period" && !e.shiftKey) return ".";
  return e.key;
}

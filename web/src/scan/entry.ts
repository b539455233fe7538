// What somebody wrote into the field: a badge's number, what its code says, or
// a slip of the finger, which is nobody's badge and nothing to put on record.
import { isBadgeId } from "./token";

export type Entry =
  | { readonly kind: "code"; readonly code: string }
  /** No number has this length. */
  | { readonly kind: "length"; readonly n: number }
  /** No number has these characters. */
  | { readonly kind: "letters" }
  /** Well written, and yet no badge can have it. */
  | { readonly kind: "nobody" };

const NUMBER = 11; // characters
/** What is longer than this isn't a number mistyped but something pasted. */
const LONGEST_SLIP = 2 * NUMBER;

export function readEntry(text: string): Entry {
  const number = text.replace(/\s/g, ""); // people type long numbers in groups
  if (isBadgeId(number)) return { kind: "code", code: number };
  const n = [...number].length;
  if (n > LONGEST_SLIP || number.split(".").length > 2) return { kind: "code", code: text.trim() };
  if (n !== NUMBER) return { kind: "length", n };
  return /^[\w-]+$/.test(number) ? { kind: "nobody" } : { kind: "letters" };
}

import { describe, expect, it } from "vitest";
import { readEntry } from "./entry";

describe("readEntry", () => {
  it("takes a number, in groups too, and whatever may be a code", () => {
    expect(readEntry("AAAAAAAAAAA")).toEqual({ kind: "code", code: "AAAAAAAAAAA" });
    expect(readEntry(" AAAA AAAA\tAAA ")).toEqual({ kind: "code", code: "AAAAAAAAAAA" });
    expect(readEntry(" a.b.c\n")).toEqual({ kind: "code", code: "a.b.c" });
    const address = "https://example.org/not-a-badge";
    expect(readEntry(address)).toEqual({ kind: "code", code: address });
  });
  it("knows a slip from a badge", () => {
    expect(readEntry("AAAAAAAAAA")).toEqual({ kind: "length", n: 10 });
    expect(readEntry("AAAA AAAA AAAA")).toEqual({ kind: "length", n: 12 });
    expect(readEntry("李明")).toEqual({ kind: "length", n: 2 });
    expect(readEntry("AAAAA.AAAAA")).toEqual({ kind: "letters" });
    expect(readEntry("AAAAAAAAAAÉ")).toEqual({ kind: "letters" });
    // Its last character says less than six bits: this one says too much.
    expect(readEntry("AAAAAAAAAAB")).toEqual({ kind: "nobody" });
  });
});

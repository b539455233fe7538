import { generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { byLibrary, isSigned } from "./signature";
import { decode, isBadgeId, parse } from "./token";

const pair = generateKeyPairSync("ed25519");
const x = String(pair.publicKey.export({ format: "jwk" }).x);
const b64 = (text: string) => Buffer.from(text).toString("base64url");

function signed(header: string, claims: string): string {
  const said = `${b64(header)}.${b64(claims)}`;
  return `${said}.${sign(null, Buffer.from(said), pair.privateKey).toString("base64url")}`;
}

const header = '{"alg":"EdDSA","kid":"k1"}';
const claims = '{"aud":"ciep21","cat":"d","exp":1744600000,"jti":"AAAAAAAAAAE"}';

describe("parse", () => {
  it("reads the one spelling that there is", () => {
    expect(parse(signed(header, claims))).toMatchObject({
      badge: "AAAAAAAAAAE",
      event: "ciep21",
      category: "d",
      expires: 1744600000,
      notBefore: undefined,
      key: "k1",
    });
    expect(parse(signed(header, claims.replace("}", ',"nbf":7}')))?.notBefore).toBe(7);
  });

  it.each([
    ["nothing", ""],
    ["two parts", signed(header, claims).split(".").slice(0, 2).join(".")],
    ["four parts", `${signed(header, claims)}.`],
    ["a line break", `${signed(header, claims)}\n`],
    ["padding", `${signed(header, claims)}=`],
    ["bits left over", `${signed(header, claims).slice(0, -1)}B`],
    ["a short signature", signed(header, claims).slice(0, -2)],
    ["too much", signed(header, claims.replace("ciep21", "c".repeat(900)))],
    ["another algorithm", signed(header.replace("EdDSA", "none"), claims)],
    ["a type", signed(header.replace("}", ',"typ":"JWT"}'), claims)],
    ["a long kid", signed(header.replace("k1", "k12"), claims)],
    ["names in another order", signed('{"kid":"k1","alg":"EdDSA"}', claims)],
    ["white space", signed(header, claims.replace(",", ", "))],
    ["a name twice", signed(header, claims.replace("{", '{"aud":"ciep21",'))],
    ["an unknown name", signed(header, claims.replace("}", ',"sub":"x"}'))],
    ["no jti", signed(header, '{"aud":"ciep21","cat":"d","exp":1744600000}')],
    ["an escape", signed(header, claims.replace("ciep21", "ciep2\\u0031"))],
    ["a list of events", signed(header, claims.replace('"ciep21"', '["ciep21"]'))],
    ["an expiry in words", signed(header, claims.replace("1744600000", '"1744600000"'))],
    ["a fraction", signed(header, claims.replace("1744600000", "1744600000.5"))],
    ["a leading zero", signed(header, claims.replace("1744600000", "01744600000"))],
    ["a time beyond all years", signed(header, claims.replace("1744600000", "253402300800"))],
    ["an id of another length", signed(header, claims.replace("AAAAAAAAAAE", "AAAAAAAAAA"))],
    ["an id with bits left over", signed(header, claims.replace("AAAAAAAAAAE", "AAAAAAAAAAF"))],
    ["a category that is none", signed(header, claims.replace('"d"', '"VIP!"'))],
    ["something after it", signed(header, `${claims} `)],
    ["an address", "https://example.org/a.b.c"],
  ])("refuses %s", (_, token) => {
    expect(parse(token)).toBeUndefined();
  });
});

it("knows a badge's number", () => {
  expect(isBadgeId("AAAAAAAAAAE")).toBe(true);
  for (const no of ["AAAAAAAAAAF", "AAAAAAAAAA", "https://a.b", ""]) expect(isBadgeId(no)).toBe(false);
});

it("decodes base64url in its one spelling", () => {
  expect(decode("AQID")).toEqual(new Uint8Array([1, 2, 3]));
  expect(decode("AQ")).toEqual(new Uint8Array([1]));
  for (const no of ["A", "AR", "AQ==", "A+ID", "AQ I"]) expect(decode(no)).toBeUndefined();
});

describe("isSigned", () => {
  const good = parse(signed(header, claims));
  const token = signed(header, claims);
  const forged = parse(`${b64(header)}.${b64(claims.replace('"d"', '"v"'))}.${token.split(".")[2]}`);
  const keys = [{ kid: "k1", x }];
  if (!good || !forged) throw new Error("the samples don't parse");

  for (const [name, verify] of [
    ["the browser's own", undefined],
    ["the library", byLibrary],
  ] as const) {
    it(`tells a signature from a forgery by ${name}`, async () => {
      expect(await isSigned(good, keys, verify)).toBe(true);
      expect(await isSigned(forged, keys, verify)).toBe(false);
    });
  }
  it("refuses to say where nothing can be verified", async () => {
    vi.resetModules();
    vi.stubGlobal("crypto", {});
    const fresh = await import("./signature");
    await expect(fresh.isSigned(good, keys)).rejects.toThrow();
    vi.unstubAllGlobals();
  });
  it("tries every key of the name, and says when there is none", async () => {
    const other = String(generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }).x);
    expect(await isSigned(good, [{ kid: "k1", x: other }, ...keys])).toBe(true);
    expect(await isSigned(good, [{ kid: "k1", x: other }])).toBe(false);
    expect(await isSigned(good, [{ kid: "k2", x }])).toBeUndefined();
    expect(await isSigned(good, [{ kid: "k1", x: "AAAA" }])).toBe(false);
  });
});

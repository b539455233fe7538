import { expect, it } from "vitest";
import { foreignKind, foreignKinds } from "./foreign";

const seen: readonly (readonly [string, string])[] = [
  ["wechat", "https://u.wechat.com/EPnlQ6vTzNLmWtq"],
  ["wechat", "http://weixin.qq.com/r/abc"],
  ["payment", "wxp://f2f0abc"],
  ["payment", "https://qr.alipay.com/fkx0123"],
  ["card", "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Li;Ming\r\nEND:VCARD"],
  ["card", "MECARD:N:Li,Ming;TEL:1;;"],
  ["wifi", "WIFI:S:Hall;T:WPA;P:secret;;"],
  ["contact", "mailto:a@example.org"],
  ["contact", "tel:+8675512345678"],
  ["calendar", "BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT"],
  ["place", "geo:22.5,114.0"],
  ["web", "https://example.org/b/abc"],
  ["web", "www.example.org"],
  ["number", "6901234567892"],
  ["text", "Hello"],
  ["text", "a.b.c"],
  ["text", "https not really"],
];

it.each(seen)("calls it %s: %s", (kind, text) => {
  expect(foreignKind(text)).toBe(kind);
  expect(foreignKind(` ${text}\n`)).toBe(kind);
});

it("has met every kind", () => {
  expect(new Set(seen.map(([kind]) => kind))).toEqual(new Set(foreignKinds));
});

it("leaves to the reasons of a gate what is shaped like a token", () => {
  expect(foreignKind(`${"eyJhbGciOiJIUzI1NiJ9".repeat(2)}.${"e30".repeat(9)}.${"c2ln".repeat(4)}`)).toBe(
    undefined,
  );
});

// Reads a badge's token as strictly as the server does: exactly the spelling
// that Lanyard writes, so that one badge is one string. What is read here is a
// hint until its signature has been checked.

/** What a token says (RFC 7519), with what its signature is over. */
export interface Claims {
  readonly badge: string; // jti
  readonly event: string; // aud
  readonly category: string; // cat, the category's code
  readonly notBefore: number | undefined; // nbf, in seconds since 1970
  readonly expires: number; // exp, in seconds since 1970
  readonly key: string; // kid
  readonly signed: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
}

const MAX_TOKEN = 1024;
const MAX_SECONDS = 253402300799; // 9999-12-31T23:59:59Z

/** Gives undefined for whatever can't be a token of ours, whoever signed it. */
export function parse(token: string): Claims | undefined {
  if (token.length > MAX_TOKEN) return undefined;
  const parts = token.split(".");
  const [head, body, tail] = parts;
  if (parts.length !== 3 || head === undefined || body === undefined || tail === undefined) return undefined;
  const header = readObject(ascii(decode(head)), { alg: "text", kid: "text" });
  const said = readObject(ascii(decode(body)), {
    aud: "text",
    cat: "text",
    exp: "seconds",
    jti: "text",
    nbf: "maybe seconds",
  });
  const signature = decode(tail);
  if (!header || !said || signature?.length !== 64) return undefined;
  const { aud, cat, exp, jti, nbf } = said;
  if (header.alg !== "EdDSA" || !/^[\w-]{2}$/.test(String(header.kid))) return undefined;
  if (!/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(String(aud))) return undefined;
  if (!/^[a-z0-9]{1,3}$/.test(String(cat)) || !isBadgeId(String(jti))) return undefined;
  return {
    badge: String(jti),
    event: String(aud),
    category: String(cat),
    notBefore: typeof nbf === "number" ? nbf : undefined,
    expires: Number(exp),
    key: String(header.kid),
    signed: new TextEncoder().encode(`${head}.${body}`),
    signature,
  };
}

/** Whether the text is a badge's id: 8 bytes in canonical base64url. */
export const isBadgeId = (text: string): boolean => text.length === 11 && decode(text)?.length === 8;

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const sixBits = new Map([...letters].map((letter, i) => [letter, i]));

/** Base64url (RFC 4648) without padding; undefined unless it is the one canonical spelling. */
export function decode(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 === 1) return undefined;
  const out = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let have = 0;
  let at = 0;
  for (const letter of text) {
    const six = sixBits.get(letter);
    if (six === undefined) return undefined;
    bits = ((bits << 6) | six) & 0xffff;
    have += 6;
    if (have >= 8) {
      have -= 8;
      out[at++] = (bits >> have) & 0xff;
    }
  }
  return (bits & ((1 << have) - 1)) === 0 ? out : undefined;
}

const ascii = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && String.fromCharCode(...bytes.subarray(0, MAX_TOKEN));

type Kind = "text" | "seconds" | "maybe seconds";

/** A flat object in compact form, its names in the given order and once. */
function readObject(
  json: string | undefined,
  kinds: Readonly<Record<string, Kind>>,
): Record<string, string | number> | undefined {
  if (!json) return undefined;
  const fields = Object.entries(kinds);
  // Printable ASCII without quotes and escapes, or digits without a leading 0.
  const pattern = fields
    .map(([name, kind]) => {
      const value = kind === "text" ? '"[ !#-\\[\\]-~]*"' : "[1-9][0-9]*";
      return kind === "maybe seconds"
        ? `(?:,"${name}":(?<${name}>${value}))?`
        : `,"${name}":(?<${name}>${value})`;
    })
    .join("")
    .replace(/^,/, "");
  const found = new RegExp(`^\\{${pattern}\\}$`).exec(json);
  if (!found?.groups) return undefined;
  const out: Record<string, string | number> = {};
  for (const [name, kind] of fields) {
    const raw = found.groups[name];
    if (raw === undefined) continue;
    if (kind === "text") out[name] = raw.slice(1, -1);
    else {
      if (raw.length > 12 || Number(raw) > MAX_SECONDS) return undefined;
      out[name] = Number(raw);
    }
  }
  return out;
}

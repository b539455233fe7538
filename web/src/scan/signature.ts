// Ed25519 (RFC 8032) by the browser itself, or by a library that is loaded
// only where the browser can't.
import { type Claims, decode } from "./token";

/** A public key as the server's key set has it (RFC 8037). */
export interface PublicKey {
  readonly kid: string;
  readonly x: string;
}

export type Verify = (
  signature: Uint8Array<ArrayBuffer>,
  signed: Uint8Array<ArrayBuffer>,
  key: Uint8Array<ArrayBuffer>,
) => Promise<boolean>;

const byBrowser: Verify = async (signature, signed, key) =>
  crypto.subtle.verify(
    "Ed25519",
    await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]),
    signature,
    signed,
  );

export const byLibrary: Verify = async (signature, signed, key) => {
  const { verifyAsync } = await import("@noble/ed25519");
  return verifyAsync(signature, signed, key, { zip215: false });
};

// The key of RFC 8032, section 7.1, test 1, which only tells what the browser can.
const sample = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

let chosen: Promise<Verify> | undefined;

/**
 * Chooses how to verify, and loads what that takes: to be called while there is
 * still a network. Rejects where nothing can be verified.
 */
export function prepare(): Promise<Verify> {
  chosen ??= (async () => {
    // The library hashes by it, too: it is missing where the page isn't on HTTPS.
    if (!crypto.subtle) throw new Error("no Web Crypto here");
    try {
      const key = decode(sample);
      if (key) await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
      return byBrowser;
    } catch {
      await import("@noble/ed25519");
      return byLibrary;
    }
  })();
  chosen.catch(() => {
    chosen = undefined; // it couldn't be loaded: once more next time
  });
  return chosen;
}

/** Whether one of the keys made the signature; undefined when none has its name. */
export async function isSigned(
  claims: Claims,
  keys: readonly PublicKey[],
  verify?: Verify,
): Promise<boolean | undefined> {
  const named = keys.filter((k) => k.kid === claims.key);
  if (!named.length) return undefined;
  const check = verify ?? (await prepare());
  for (const { x } of named) {
    const key = decode(x);
    if (key?.length !== 32) continue;
    try {
      if (await check(claims.signature, claims.signed, key)) return true;
    } catch {
      // A key or signature that is no point of the curve: not signed by it.
    }
  }
  return false;
}

// Signing in and out. The server keeps the session in a cookie that no script
// can read; an operator's key or a pairing code passes through here once.
import { type Answer, BASE, call } from "../server/client";
import type { Me } from "../server/shapes";

/** Takes the pairing code out of the address, where it must not stay. */
export function takePairing(): string | undefined {
  const code = new URLSearchParams(location.hash.slice(1)).get("pair");
  if (!code) return undefined;
  history.replaceState(history.state, "", location.pathname + location.search);
  return code;
}

export const whoAmI = (): Promise<Answer<Me>> => call<Me>("GET", `${BASE}/me`);

export const signIn = (secret: { key: string } | { pairing: string }): Promise<Answer<Me>> =>
  call<Me>("POST", `${BASE}/session`, secret);

export const signOut = (): Promise<Answer<unknown>> => call("DELETE", `${BASE}/session`);

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

const lastThings = new Set<() => Promise<void>>();

/** Has something done before the session ends that could not be done without it. Gives the way to drop it. */
export function beforeSignOut(last: () => Promise<void>): () => void {
  lastThings.add(last);
  return () => lastThings.delete(last);
}

export async function signOut(): Promise<Answer<unknown>> {
  await Promise.all([...lastThings].map((last) => last()));
  return call("DELETE", `${BASE}/session`);
}

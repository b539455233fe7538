// Every call to the server ends in one of these, so that a page can't forget
// one: what was asked for, a final no, nobody signed in, or no answer yet.

export type Answer<T> =
  | { readonly kind: "ok"; readonly value: T }
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly code: string;
      readonly detail: string;
      /** The field that it lies in, "hours[1].from"; "" or none when in no single one. */
      readonly field?: string;
    }
  | { readonly kind: "signed_out" }
  | { readonly kind: "unavailable"; readonly retryAfterMs: number | undefined };

type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** How long an answer may take before it counts as none. */
const PATIENCE_MS = 10_000;

export const BASE = "/api/v1";

/** An event's own path: of("ciep21", "gates") is /api/v1/events/ciep21/gates. */
export const of = (event: string, ...rest: readonly string[]): string =>
  [BASE, "events", event, ...rest].map((p, i) => (i === 0 ? p : encodeURIComponent(p))).join("/");

export const call = <T>(method: Method, path: string, body?: unknown, patienceMs = PATIENCE_MS) =>
  body === undefined
    ? ask<T>(path, { method }, patienceMs)
    : ask<T>(
        path,
        { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) },
        patienceMs,
      );

/** Sends a file as it is; what it holds is the server's to find out. */
export const sendFile = <T>(path: string, file: Blob, patienceMs: number) =>
  ask<T>(
    path,
    { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file },
    patienceMs,
  );

async function ask<T>(
  path: string,
  request: { method: Method; headers?: Record<string, string>; body?: BodyInit },
  patienceMs: number,
): Promise<Answer<T>> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      ...request,
      credentials: "same-origin",
      cache: "no-store",
      headers: { Accept: "application/json", ...request.headers },
      signal: AbortSignal.timeout(patienceMs),
    });
    if (answer.ok) {
      const text = await answer.text();
      return { kind: "ok", value: (text ? JSON.parse(text) : undefined) as T };
    }
  } catch {
    return { kind: "unavailable", retryAfterMs: undefined };
  }
  if (answer.status === 401) return { kind: "signed_out" };
  if (answer.status === 429 || answer.status >= 500) {
    return { kind: "unavailable", retryAfterMs: retryAfter(answer.headers.get("Retry-After")) };
  }
  // RFC 9457; a proxy in between may answer with something else.
  const problem: unknown = await answer.json().catch(() => null);
  const field = (name: string) => {
    const value = typeof problem === "object" && problem !== null && Reflect.get(problem, name);
    return typeof value === "string" ? value : "";
  };
  return {
    kind: "refused",
    status: answer.status,
    code: field("code"),
    detail: field("detail") || field("title"),
    field: field("field"),
  };
}

/** Retry-After (RFC 9110, section 10.2.3) in ms from now. */
export function retryAfter(header: string | null, now = Date.now()): number | undefined {
  if (!header) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

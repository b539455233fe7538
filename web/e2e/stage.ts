// An event of its own, set as a stage: every state that a page can show is on
// it, with names of the lengths and scripts that a conference brings.
import type { Badge, Role, ScanAnswer } from "../src/server/shapes";
import type { Demo } from "./lanyard";

export interface Stage {
  readonly event: string;
  /** The keys of operators of this event alone. */
  readonly keys: Readonly<Record<Role, string>>;
  /** Pages of badges. */
  readonly pages: Readonly<Record<"active" | "inside" | "revoked" | "replaced" | "expired", string>>;
  /** The id of somebody who is inside, and the token of somebody who isn't. */
  readonly person: string;
  readonly token: string;
}

const DAY = 24 * 3600_000;

const people = [
  ["李明", "Ming Li", "广东省科学技术厅"],
  ["Wolfeschlegelsteinhausenbergerdorff-Kleinschmidtmeyer", "", "Bundesanstalt für Materialforschung"],
  ["عبد الرحمن بن محمد الفيصل", "Abdulrahman Al Faisal", "جامعة الملك سعود"],
  ["สมเกียรติ วัฒนศิริพงษ์ประเสริฐ", "Somkiat Wattanasiri", "จุฬาลงกรณ์มหาวิทยาลัย"],
  ["迪丽热巴·迪力木拉提", "Dilraba Dilmurat", "新疆维吾尔自治区人力资源和社会保障厅"],
  ["Ana Beatriz Cavalcanti de Albuquerque", "", "Universidade Federal do Rio de Janeiro"],
] as const;

/** id, name in both languages, capacity, and how many go in. */
const venues = [
  ["full", "Talent Forum", "人才论坛", 4, 4],
  ["over", "VIP Lounge on the Second Floor", "二层贵宾休息室", 2, 3],
  ["nearly", "Technology Transfer Forum", "技术转移论坛", 10, 9],
  ["filling", "Welcome Banquet", "欢迎晚宴", 4, 3],
  ["calm", "Main Forum", "主论坛", 1200, 5],
  ["silent", "Exhibition Hall", "展览厅", 12_000, 1],
  ["open", "Lobby", "大厅", 0, 1],
] as const;

export async function setStage(demo: Demo): Promise<Stage> {
  const call = async <T>(key: string, method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${demo.base_url}/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? (undefined as T) : answer.json();
  };
  const organize = <T>(path: string, body?: unknown) => call<T>(demo.organizer_key, "POST", path, body);
  const at = (days: number) => new Date(Date.now() + days * DAY).toISOString();
  const name = { en: "Conference on International Exchange of Professionals", zh: "中国国际人才交流大会" };

  async function make(event: string, from: number, to: number) {
    await organize("/events", {
      id: event,
      name,
      timezone: "Asia/Shanghai",
      starts_at: at(from),
      ends_at: at(to),
      locale: "zh",
      place: { en: "Shenzhen Convention and Exhibition Center", zh: "深圳会展中心" },
    });
    await organize(`/events/${event}/categories`, {
      id: "delegate",
      name: { en: "Delegate", zh: "代表" },
      color: "#0f766e",
    });
  }
  async function badge(event: string, n: number): Promise<Badge & { token: string }> {
    const [name = "", name_latin, organization] = people[n % people.length] ?? [];
    const person = await organize<{ id: string }>(`/events/${event}/attendees`, {
      ref: `R-${n}`,
      name: n < people.length ? name : `${name} ${n}`,
      ...(name_latin ? { name_latin } : {}),
      organization,
      delegation: "广东代表团",
      category: "delegate",
    });
    return organize(`/events/${event}/badges`, { attendee: person.id });
  }

  const event = "stage";
  await make(event, -1, 2);
  const keys = {} as Record<Role, string>;
  for (const role of ["organizer", "desk", "supervisor", "gate", "security"] as const) {
    const made = await organize<{ key: string }>(`/events/${event}/operators`, {
      name: `Ms Ou · ${role}`,
      role,
    });
    keys[role] = made.key;
  }
  const scan = (token: string, gate: string, more: object = {}) =>
    call<ScanAnswer>(keys.supervisor, "POST", `/events/${event}/scans`, {
      scan_id: crypto.randomUUID(),
      token,
      gate: `${gate}-door`,
      direction: "in",
      ...more,
    });

  let n = 0;
  const first = await badge(event, n++);
  for (const [id, en, zh, capacity, inside] of venues) {
    await organize(`/events/${event}/venues`, { id, name: { en, zh }, capacity });
    await organize(`/events/${event}/gates`, {
      id: `${id}-door`,
      venue: id,
      name: { en: `${en}, north door`, zh: `${zh}北门` },
      direction: "both",
    });
    for (let i = 0; i < inside; i++) {
      const { token } = n === 1 ? first : await badge(event, n);
      n++;
      // Two phones were offline: one let a person into a full room, and of the
      // other nothing has been heard for a while.
      const offline = { offline: true, verdict: "admitted", scanned_at: at(-0.02) };
      const over = capacity > 0 && i >= capacity;
      await scan(
        token,
        id,
        over ? { override: { reason: "演讲嘉宾 The next speaker" } } : id === "silent" ? offline : {},
      );
    }
  }
  const { token } = await badge(event, n++);
  await scan(token, "full");
  await scan(token, "full", { offline: true, verdict: "admitted", scanned_at: at(0) });
  await scan(token, "full", { direction: "out" });

  const active = await badge(event, n++);
  const revoked = await badge(event, n++);
  await organize(`/events/${event}/badges/${revoked.id}/revoke`, { reason: "lost" });
  const replaced = await badge(event, n++);
  await organize(`/events/${event}/badges/${replaced.id}/reissue`);
  await make("stage-before", -9, -8);
  const expired = await badge("stage-before", 1);
  return {
    event,
    keys,
    pages: {
      active: active.page_url,
      inside: first.page_url,
      revoked: revoked.page_url,
      replaced: replaced.page_url,
      expired: expired.page_url,
    },
    person: first.attendee ?? "",
    token: active.token,
  };
}

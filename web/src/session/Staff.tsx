// The frame of every staff page: who is signed in, or how to sign in.
import { type ComponentChildren, render } from "preact";
import { useEffect, useState } from "preact/hooks";
import en from "../../locales/en/staff.json";
import zh from "../../locales/zh/staff.json";
import { type Lang, local, pageLang, speaker, type Text } from "../say/say";
import { type Answer, BASE, call } from "../server/client";
import type { EventInfo, Items, Me, Role } from "../server/shapes";
import "../style/base.css";
import { addressWith, askedEvent, choose, keepEvent, keptEvents } from "./chosen";
import { LangSwitch } from "./LangSwitch";
import { signIn, signOut, takePairing, whoAmI } from "./session";

export type StaffSay = ReturnType<typeof staffSay>;
const staffSay = (lang: Lang) => speaker({ zh: { staff: zh }, en: { staff: en } }, lang);

/** What a surface is told of the one who uses it. */
export interface Shift {
  readonly me: Me;
  readonly event: string;
  /** The events to choose from, for an organizer of the whole server. */
  readonly events: readonly EventInfo[];
  readonly lang: Lang;
  /** Goes on with another event, which may be a new one. */
  readonly onEvent: (event: EventInfo) => void;
  /** The session has ended: show how to sign in again. */
  readonly onSignedOut: () => void;
}

/** Who was signed in last on this device, and for which events. */
export interface Seat {
  readonly me: Me;
  readonly events: readonly EventInfo[];
}

/** Of a surface that works without the server: it opens for who was signed in last. */
export interface Memory {
  readonly recall: () => Promise<Seat | undefined>;
  readonly remember: (seat: Seat) => Promise<void>;
  /** Nobody is signed in any more. */
  readonly forget: () => Promise<void>;
  /** How many scans of the event this device has still to send. */
  readonly waiting?: (event: string) => Promise<number>;
}

interface Surface {
  readonly title: (lang: Lang) => string;
  readonly roles: readonly Role[];
  readonly show: (shift: Shift) => ComponentChildren;
  /** In place of a note that there is no event yet. */
  readonly begin?: (shift: Omit<Shift, "event" | "events">) => ComponentChildren;
  readonly memory?: Memory;
  /** What of the place after the # another event has, too; all of it where this is missing. */
  readonly shared?: (hash: string, role: Role) => string;
}

type State =
  | { at: "asking" }
  | { at: "out"; trouble: string }
  | { at: "unreachable" }
  | { at: "in"; me: Me; events: readonly EventInfo[]; event: string | undefined; strange: boolean };

/** Puts the surface on the page. */
export function openSurface(surface: Surface): void {
  const lang = pageLang();
  document.title = `${surface.title(lang)} · Lanyard`;
  const root = document.getElementById("app");
  if (root) render(<Staff surface={surface} lang={lang} />, root);
}

/** The ids of the events that somebody may see. */
const theirs = ({ me, events }: Seat) => (me.event ? [me.event] : events.map((e) => e.id));

/** The event's name where there is none to choose from. */
const nameOfOnly = ({ me, events }: Seat): Text | undefined =>
  me.event ? me.event_name : events.length === 1 ? events[0]?.name : undefined;

function seated(seat: Seat): State {
  const choice = choose(askedEvent(), keptEvents(), theirs(seat));
  if (choice.event && !seat.me.event) keepEvent(choice.event);
  return { at: "in", ...seat, ...choice };
}

function Staff({ surface, lang }: { surface: Surface; lang: Lang }) {
  const t = staffSay(lang);
  const [state, setState] = useState<State>({ at: "asking" });

  async function settle(answer: Answer<Me>, signedOut: string) {
    if (answer.kind === "signed_out") {
      await surface.memory?.forget();
      return setState({ at: "out", trouble: signedOut });
    }
    if (answer.kind === "unavailable") {
      const seat = await surface.memory?.recall();
      return setState(seat ? seated(seat) : { at: "unreachable" });
    }
    if (answer.kind === "refused") {
      // A key or code that can't be one is refused by its form already.
      return setState({ at: "out", trouble: signedOut || t("staff.refused", { detail: answer.detail }) });
    }
    const me = answer.value;
    let items: readonly EventInfo[] = [];
    if (!me.event) {
      const events = await call<Items<EventInfo>>("GET", `${BASE}/events?limit=500`);
      if (events.kind === "ok") items = events.value.items;
    }
    await surface.memory?.remember({ me, events: items });
    setState(seated({ me, events: items }));
  }

  async function begin() {
    const pairing = takePairing(); // before anything is shown that leads to this address
    setState({ at: "asking" });
    if (pairing) await settle(await signIn({ pairing }), t("staff.stale"));
    else await settle(await whoAmI(), "");
  }

  useEffect(() => {
    begin();
  }, []);

  // Back and forward may lead to where another event was at hand.
  useEffect(() => {
    const follow = () =>
      setState((now) => (now.at === "in" && askedEvent() && askedEvent() !== now.event ? seated(now) : now));
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, []);

  function turnTo(now: In, event: EventInfo) {
    if (event.id !== now.event) keepEvent(event.id, surface.shared?.(location.hash, now.me.role));
    setState({ ...now, event: event.id, strange: false, events: including(now.events, event) });
  }

  const title = surface.title(lang);
  return (
    <>
      <header class="top">
        <a class="home" href="/" title={t("staff.home")}>
          Lanyard
        </a>
        <h1>{title}</h1>
        {state.at === "in" && nameOfOnly(state) && (
          <p class="event hint" dir="auto">
            {local(nameOfOnly(state), lang)}
          </p>
        )}
        {state.at === "in" && (
          <Who
            state={state}
            t={t}
            lang={lang}
            waiting={async () => (state.event && (await surface.memory?.waiting?.(state.event))) || 0}
            onLeave={async () => {
              await surface.memory?.forget();
              setState({ at: "out", trouble: "" });
            }}
          />
        )}
        <LangSwitch lang={lang} label={t("staff.language")} />
      </header>
      <main class="page">
        {state.at === "asking" && <p role="status">{t("staff.wait")}</p>}
        {state.at === "unreachable" && (
          <div class="note attention" role="alert">
            <p>{t("staff.unreachable")}</p>
            <button type="button" onClick={begin}>
              {t("staff.again")}
            </button>
          </div>
        )}
        {state.at === "out" && (
          <SignIn
            t={t}
            trouble={state.trouble}
            onKey={async (key) => settle(await signIn({ key }), t("staff.unknown"))}
          />
        )}
        {state.at === "in" && (
          <Inside
            surface={surface}
            state={state}
            lang={lang}
            t={t}
            onEvent={(event) => turnTo(state, event)}
            onSignedOut={() => setState({ at: "out", trouble: t("staff.ended") })}
          />
        )}
      </main>
    </>
  );
}

/** The events with this one as it is now among them. */
function including(events: readonly EventInfo[], one: EventInfo): readonly EventInfo[] {
  const known = events.some((e) => e.id === one.id);
  return known ? events.map((e) => (e.id === one.id ? one : e)) : [...events, one];
}

type In = Extract<State, { at: "in" }>;

function Inside(props: {
  surface: Surface;
  state: In;
  lang: Lang;
  t: StaffSay;
  onEvent: (event: EventInfo) => void;
  onSignedOut: () => void;
}) {
  const { surface, state, lang, t, onEvent, onSignedOut } = props;
  if (!surface.roles.includes(state.me.role)) {
    const roles = surface.roles.map((r) => t(`staff.role.${r}`)).join(lang === "zh" ? "、" : ", ");
    return (
      <p class="note attention" role="alert">
        {t("staff.forbidden", { role: t(`staff.role.${state.me.role}`), roles })}
      </p>
    );
  }
  if (state.strange) return <Strange surface={surface} state={state} lang={lang} t={t} />;
  if (!state.event) {
    const begin = state.me.role === "organizer" && surface.begin;
    if (begin) return begin({ me: state.me, lang, onEvent, onSignedOut });
    return <p class="note">{t("staff.noevent")}</p>;
  }
  return (
    <>
      {state.events.length > 1 && (
        <label class="field">
          <span>{t("staff.event")}</span>
          <select
            value={state.event}
            onChange={(e) => {
              const chosen = state.events.find((one) => one.id === e.currentTarget.value);
              if (chosen) onEvent(chosen);
            }}
          >
            {state.events.map((e) => (
              <option key={e.id} value={e.id}>
                {local(e.name, lang)}
              </option>
            ))}
          </select>
        </label>
      )}
      {surface.show({ me: state.me, event: state.event, events: state.events, lang, onEvent, onSignedOut })}
    </>
  );
}

/** The address names an event that isn't theirs: nothing else is opened unasked. */
function Strange({ surface, state, lang, t }: { surface: Surface; state: In; lang: Lang; t: StaffSay }) {
  const hash = surface.shared?.(location.hash, state.me.role) ?? location.hash;
  const at = { pathname: location.pathname, search: location.search, hash };
  return (
    <div class="note attention" role="alert">
      <p>{t("staff.strange")}</p>
      <ul>
        {theirs(state).map((id) => (
          <li key={id}>
            <a href={addressWith(at, { event: id })} dir="auto">
              {local(nameOfOnly(state) ?? state.events.find((e) => e.id === id)?.name, lang) || id}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

interface WhoProps {
  readonly state: In;
  readonly t: StaffSay;
  readonly lang: Lang;
  readonly waiting: () => Promise<number>;
  readonly onLeave: () => void;
}

function Who({ state, t, lang, waiting, onLeave }: WhoProps) {
  const [warned, setWarned] = useState(0);
  async function leave() {
    const n = warned ? 0 : await waiting();
    if (n > 0) return setWarned(n);
    await signOut();
    onLeave();
  }
  return (
    <div class="who">
      <span dir="auto">{local(state.me.name, lang)}</span> <small>{t(`staff.role.${state.me.role}`)}</small>
      <button type="button" class="plain" onClick={leave}>
        {t(warned ? "staff.leave_all_the_same" : "staff.leave")}
      </button>
      {warned > 0 && (
        <div class="note attention" role="alert">
          <p>{t("staff.waiting", { n: warned })}</p>
          <button type="button" onClick={() => setWarned(0)}>
            {t("staff.stay")}
          </button>
        </div>
      )}
    </div>
  );
}

function SignIn({
  t,
  trouble,
  onKey,
}: {
  t: StaffSay;
  trouble: string;
  onKey: (key: string) => Promise<void>;
}) {
  const [busy, setBusy] = useState(false);
  return (
    <form
      class="signin"
      onSubmit={async (e) => {
        e.preventDefault();
        const key = String(new FormData(e.currentTarget).get("key") ?? "").trim();
        if (!key) return;
        setBusy(true);
        await onKey(key);
        setBusy(false);
      }}
    >
      <h2>{t("staff.title")}</h2>
      <label class="field">
        <span>{t("staff.key")}</span>
        <input
          name="key"
          type="password"
          autocomplete="current-password"
          spellcheck={false}
          required
          aria-describedby="key-hint key-trouble"
          aria-invalid={trouble !== ""}
        />
      </label>
      <p class="hint" id="key-hint">
        {t("staff.hint")}
      </p>
      <p class="trouble" id="key-trouble" role="alert">
        {trouble}
      </p>
      <button type="submit" class="main" disabled={busy}>
        {busy ? t("staff.wait") : t("staff.enter")}
      </button>
    </form>
  );
}

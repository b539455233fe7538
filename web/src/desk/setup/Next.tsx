import { amount } from "../../say/say";
import { of } from "../../server/client";
import type { Attendee, EventRecord, Gate, Items, Occupancy, Operator, Venue } from "../../server/shapes";
import { surfaceOf } from "../../session/chosen";
import { earlyEnd } from "../roster/standing";
import { hashOf } from "../route";
import { useThing, type Work } from "../work";
import { Renewal } from "./Renewal";
import { setupSay } from "./words";

/** How often is looked whether something was done elsewhere, in ms. */
const LOOK_MS = 10_000;

type Counted = Items<Attendee> & { readonly total?: number };

/** The badges that are looked at to see how long those issued so far last. */
export const sampleOf = (event: string) => `${of(event, "attendees")}?status=active&limit=100`;

/** What leads from an empty event to the first person let in, with how far each of it is. */
export function Next({ work, about }: { work: Work; about: EventRecord | undefined }) {
  const { event, lang, fail } = work;
  const t = setupSay(lang);
  const list = "limit=500";
  const venues = useThing<Items<Venue>>(`${of(event, "venues")}?${list}`, fail).value;
  const gates = useThing<Items<Gate>>(`${of(event, "gates")}?${list}`, fail).value;
  const staff = useThing<Items<Operator>>(`${of(event, "operators")}?${list}`, fail, LOOK_MS).value;
  const people = useThing<Counted>(`${of(event, "attendees")}?limit=1&total=true`, fail, LOOK_MS).value;
  const bare = useThing<Counted>(
    `${of(event, "attendees")}?limit=1&total=true&status=none`,
    fail,
    LOOK_MS,
  ).value;
  const revoked = useThing<Counted>(
    `${of(event, "attendees")}?limit=1&total=true&status=revoked`,
    fail,
    LOOK_MS,
  ).value;
  const sample = useThing<Items<Attendee>>(sampleOf(event), fail, LOOK_MS);
  const now = useThing<Occupancy>(of(event, "occupancy"), fail, LOOK_MS).value;
  if (!venues || !gates || !staff || !people || !bare || !revoked || !sample.value || !now || !about)
    return null;

  const n = (count: number) => amount(count, lang);
  const total = people.total ?? 0;
  const badged = total - (bare.total ?? 0);
  const gone = revoked.total ?? 0;
  const early = earlyEnd(sample.value.items, about.ends_at);
  const hands = staff.items.filter((o) => ["gate", "supervisor"].includes(o.role)).length;
  const entries = now.venues.reduce((sum, v) => sum + v.entries, 0);
  const steps = [
    {
      text: t("setup.next.places"),
      state: t("setup.next.places_state", { venues: n(venues.items.length), gates: n(gates.items.length) }),
      done: gates.items.some((g) => g.direction !== "out"),
      href: hashOf("places"),
    },
    {
      text: t("setup.next.roster"),
      state: t("setup.next.roster_state", { n: n(total) }),
      done: total > 0,
      href: hashOf("roster"),
    },
    {
      text: t("setup.next.badges"),
      state: [
        t("setup.next.badges_state", { n: n(badged), total: n(total) }),
        ...(gone > 0 ? [t("setup.next.badges_revoked", { n: n(gone) })] : []),
      ].join(" · "),
      done: total > 0 && badged + gone === total && !early,
      href: hashOf("roster"),
    },
    {
      text: t("setup.next.staff"),
      state: t("setup.next.staff_state", { n: n(hands) }),
      done: hands > 0,
      href: hands > 0 ? hashOf("crew") : hashOf("crew", "new"),
    },
    {
      text: t("setup.next.scan"),
      state: entries > 0 ? t("setup.next.scan_state", { n: n(entries) }) : t("setup.next.scan_how"),
      done: entries > 0,
      href: surfaceOf("/scan", event),
    },
  ];
  const next = steps.findIndex((s) => !s.done);
  return (
    <section class="block">
      <h3>{next < 0 ? t("setup.next.ready") : t("setup.next.title")}</h3>
      <ol class="todo">
        {steps.map((s, i) => (
          <li key={s.text} class={s.done ? "done" : i === next ? "now" : undefined}>
            <a href={s.href} aria-current={i === next ? "step" : undefined}>
              <span class="mark" aria-hidden="true">
                {s.done ? "✓" : i + 1}
              </span>
              <span>
                <b>{s.text}</b>
                {s.done && <span class="unseen">{t("setup.next.done")}</span>}
                <small class="number">{s.state}</small>
              </span>
            </a>
          </li>
        ))}
      </ol>
      {early && <Renewal work={work} zone={about.timezone} early={early} onIssued={sample.load} />}
    </section>
  );
}

import { local } from "../../say/say";
import { call, of } from "../../server/client";
import type { Category, Gate, Occupancy, Venue } from "../../server/shapes";
import { Head } from "../pieces/Head";
import { hashOf } from "../route";
import { useWayBack } from "../useWayBack";
import { useList, useThing, type Work } from "../work";
import { GateForm } from "./GateForm";
import "./places.css";
import { VenueBlock } from "./VenueBlock";
import { VenueForm } from "./VenueForm";
import { placesSay } from "./words";

/** How often the counts beside the venues are asked for, in ms. */
const COUNT_MS = 10_000;

/** The venues, each with its gates. */
export function Places(work: Work) {
  const { event, lang, rest, go, fail } = work;
  const t = placesSay(lang);
  const venues = useList<Venue>(of(event, "venues"), fail);
  const gates = useList<Gate>(of(event, "gates"), fail);
  const categories = useList<Category>(of(event, "categories"), fail).items;
  const now = useThing<Occupancy>(of(event, "occupancy"), fail, COUNT_MS).value;
  const venueBack = useWayBack(work, venues.load);
  const gateBack = useWayBack(work, gates.load);
  const [what, id, within] = rest;

  async function dropVenue(v: Venue) {
    const answer = await call("DELETE", of(event, "venues", v.id));
    await venues.load();
    if (answer.kind === "refused" && answer.code === "in_use")
      return fail({ ...answer, code: "", detail: t("places.venue_in_use") });
    if (answer.kind !== "ok") return fail(answer);
    const name = local(v.name, lang);
    venueBack(t("places.gone", { name }), t("places.back", { name }), {
      method: "POST",
      path: of(event, "venues"),
      body: v,
    });
  }

  async function dropGate(g: Gate) {
    const answer = await call("DELETE", of(event, "gates", g.id));
    await gates.load();
    if (answer.kind !== "ok") return fail(answer);
    const name = local(g.name, lang);
    gateBack(t("places.gate_off", { name }), t("places.gate_on", { name }), {
      method: "POST",
      path: of(event, "gates"),
      body: g,
    });
  }

  const close = () => go("places");
  const venue = venues.items?.find((v) => v.id === id);
  const gate = gates.items?.find((g) => g.id === id);
  return (
    <>
      <Head title={t("places.title")} text={t("places.text")}>
        <a class="button main" href={hashOf("places", "venue")}>
          {t("places.venue_add")}
        </a>
      </Head>
      {venues.items?.length === 0 && <p class="note">{t("places.empty")}</p>}
      {gates.items &&
        venues.items?.map((v) => (
          <VenueBlock
            key={v.id}
            venue={v}
            gates={gates.items?.filter((g) => g.venue === v.id) ?? []}
            categories={categories ?? []}
            now={now?.venues.find((o) => o.id === v.id)}
            lang={lang}
            onDrop={() => dropVenue(v)}
            onDropGate={dropGate}
          />
        ))}
      {what === "venue" && categories && venues.items && (!id || venue) && (
        <VenueForm
          key={id ?? ""}
          work={work}
          old={venue}
          venues={venues.items}
          categories={categories}
          load={venues.load}
          onClose={close}
        />
      )}
      {what === "gate" && venues.items && gates.items && (id === "new" || gate) && (
        <GateForm
          key={id}
          work={work}
          old={gate}
          within={within}
          venues={venues.items}
          load={gates.load}
          onClose={close}
        />
      )}
    </>
  );
}

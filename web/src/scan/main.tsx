import { useEffect, useState } from "preact/hooks";
import { local, type Text } from "../say/say";
import { categoriesFor } from "../server/categories";
import { call, of } from "../server/client";
import type { Category, Direction, Gate, Items, Venue } from "../server/shapes";
import { openSurface, type Shift } from "../session/Staff";
import { Station } from "./Station";
import "./scan.css";
import { openSound } from "./tone";
import { words } from "./words";

const KEPT = "lanyard.gate";

interface Ground {
  readonly gates: readonly Gate[];
  readonly venues: readonly Venue[];
  readonly categories: readonly Category[];
}

function Scan({ me, event, lang, onSignedOut }: Shift) {
  const t = words(lang);
  const [ground, setGround] = useState<Ground>();
  const [trouble, setTrouble] = useState<"" | "failed">("");
  const [chosen, setChosen] = useState(() => localStorage.getItem(KEPT) ?? "");
  const [direction, setDirection] = useState<Direction>("in");
  const [working, setWorking] = useState(false);

  async function load() {
    setTrouble("");
    const [gates, venues, categories] = await Promise.all([
      call<Items<Gate>>("GET", of(event, "gates")),
      call<Items<Venue>>("GET", of(event, "venues")),
      categoriesFor(me, event),
    ]);
    if (gates.kind === "signed_out") return onSignedOut();
    if (gates.kind !== "ok") return setTrouble("failed");
    // Names are a comfort; a gate works without them.
    const mine = me.gates?.length
      ? gates.value.items.filter((g) => me.gates?.includes(g.id))
      : gates.value.items;
    setGround({ gates: mine, venues: venues.kind === "ok" ? venues.value.items : [], categories });
  }

  useEffect(() => {
    setGround(undefined);
    setWorking(false);
    load();
  }, [event]);

  if (trouble) {
    return (
      <div class="note attention" role="alert">
        <p>{t("scan.verdict.failed")}</p>
        <button type="button" onClick={load}>
          {t("scan.check")}
        </button>
      </div>
    );
  }
  if (!ground) return <p role="status">{t("scan.checking")}</p>;
  const gate = ground.gates.find((g) => g.id === chosen) ?? ground.gates[0];
  if (!gate) return <p class="note">{t("scan.nogates")}</p>;
  const way = gate.direction === "both" ? direction : gate.direction;
  const venueOf = (g: Gate) => ground.venues.find((v) => v.id === g.venue);
  const categoryName = (id: string): Text | undefined => ground.categories.find((c) => c.id === id)?.name;

  if (working) {
    return (
      <Station
        event={event}
        gate={gate}
        gates={ground.gates}
        direction={way}
        venue={venueOf(gate)}
        categoryName={categoryName}
        t={t}
        lang={lang}
        onEnd={() => setWorking(false)}
        onSignedOut={onSignedOut}
      />
    );
  }
  return (
    <form
      class="start"
      onSubmit={(e) => {
        e.preventDefault();
        openSound();
        localStorage.setItem(KEPT, gate.id);
        setWorking(true);
      }}
    >
      <label class="field">
        <span>{t("scan.gate")}</span>
        <select name="gate" value={gate.id} onChange={(e) => setChosen(e.currentTarget.value)}>
          {ground.gates.map((g) => (
            <option key={g.id} value={g.id}>
              {[local(venueOf(g)?.name, lang), local(g.name, lang) || g.id].filter(Boolean).join(" · ")}
            </option>
          ))}
        </select>
      </label>
      {gate.direction === "both" && (
        <fieldset class="ways">
          <legend>{t("scan.direction")}</legend>
          {(["in", "out"] as const).map((d) => (
            <label key={d}>
              <input
                type="radio"
                name="direction"
                value={d}
                checked={d === direction}
                onChange={() => setDirection(d)}
              />
              <span>{t(`scan.${d}`)}</span>
            </label>
          ))}
        </fieldset>
      )}
      <button type="submit" class="main">
        {t("scan.start")}
      </button>
    </form>
  );
}

openSurface({
  title: (lang) => words(lang)("scan.title"),
  roles: ["gate", "supervisor", "desk", "organizer"],
  show: (shift) => <Scan {...shift} />,
});

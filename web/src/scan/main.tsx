import { useEffect, useRef, useState } from "preact/hooks";
import type { Text } from "../say/say";
import { call, of } from "../server/client";
import type { Direction, Gate, Items, Venue } from "../server/shapes";
import { openSurface, type Shift } from "../session/Staff";
import { memory, shelf } from "./memory";
import { Phone, type View } from "./phone";
import { prepareReader } from "./reader";
import { Start } from "./Start";
import { Station } from "./Station";
import { serverFor } from "./server";
import "./scan.css";
import { keepShell, onShift } from "./shell";
import { recallSunlight } from "./sunlight";
import { words } from "./words";

interface Ground {
  readonly gates: readonly Gate[];
  readonly venues: readonly Venue[];
}

function Scan({ me, event, lang, onSignedOut }: Shift) {
  const t = words(lang);
  const [view, setView] = useState<View>();
  const [ground, setGround] = useState<Ground>({ gates: [], venues: [] });
  const [ready, setReady] = useState(false);
  const [post, setPost] = useState<{ gate: Gate; direction: Direction }>();
  const phone = useRef<Phone | undefined>(undefined);

  useEffect(() => {
    let over = false;
    setReady(false);
    setPost(undefined);
    (async () => {
      const on = await shelf();
      if (over) return;
      const opened = new Phone({
        event,
        me,
        shelf: on,
        server: serverFor(event),
        onChange: setView,
        onSignedOut,
      });
      phone.current = opened;
      setView(opened.view);
      // Names of gates that aren't ours, for "inside since"; the desk, which
      // isn't told what a phone needs, gets its own gates and venues from here.
      const told = Promise.all([
        call<Items<Gate>>("GET", of(event, "gates")),
        me.role === "desk" ? call<Items<Venue>>("GET", of(event, "venues")) : undefined,
      ]).then(([gates, venues]) => {
        if (over) return;
        setGround({
          gates: gates.kind === "ok" ? gates.value.items : [],
          venues: venues?.kind === "ok" ? venues.value.items : [],
        });
      });
      await opened.open();
      if (!opened.view.known) await told; // else a shift can begin without them
      if (!over) setReady(true);
    })();
    return () => {
      over = true;
      phone.current?.stop();
    };
  }, [event, me.id]);

  useEffect(() => onShift(post !== undefined), [post]);

  if (!view || !ready || !phone.current) return <p role="status">{t("scan.checking")}</p>;
  const gates = view.known?.gates ?? ground.gates;
  const venues = view.known?.venues ?? ground.venues;
  if (!gates.length && !view.online) {
    return (
      <p class="note attention" role="alert">
        {t("scan.unreachable")}
      </p>
    );
  }
  const named = (id: string): Text | undefined =>
    (gates.find((g) => g.id === id) ?? ground.gates.find((g) => g.id === id))?.name;

  if (!post)
    return (
      <Start
        gates={gates}
        venues={venues}
        view={view}
        t={t}
        lang={lang}
        onStart={(gate, direction) => setPost({ gate, direction })}
      />
    );
  return (
    <Station
      event={event}
      role={me.role}
      phone={phone.current}
      view={view}
      gate={post.gate}
      direction={post.direction}
      venue={venues.find((v) => v.id === post.gate.venue)}
      gateName={named}
      categoryName={(id) => view.known?.categories.find((c) => c.id === id)?.name}
      t={t}
      lang={lang}
      onEnd={() => setPost(undefined)}
      onSignedOut={onSignedOut}
    />
  );
}

recallSunlight();
prepareReader();
keepShell();
openSurface({
  title: (lang) => words(lang)("scan.title"),
  roles: ["gate", "supervisor", "desk", "organizer"],
  show: (shift) => <Scan {...shift} />,
  memory,
});

import { useEffect, useState } from "preact/hooks";
import { amount, plural } from "../../say/say";
import { call, of } from "../../server/client";
import type { Attendee } from "../../server/shapes";
import { Head } from "../pieces/Head";
import { useRegistration } from "../registration";
import { hashOf } from "../route";
import type { Work } from "../work";
import { Finder } from "./Finder";
import { Issuing } from "./Issuing";
import { Intake } from "./intake/Intake";
import { NewPerson } from "./NewPerson";
import { People } from "./People";
import { Person } from "./Person";
import "./roster.css";
import { useHeld } from "../useHeld";
import { bearerOf } from "./sought";
import { useBare } from "./useBare";
import { type Ask, usePeople } from "./usePeople";
import { rosterSay } from "./words";

/** Everybody who is registered: to look up, to add, to import, to give badges to. */
export function Roster(work: Work) {
  const [what] = work.rest;
  if (what === "import" && work.me.role === "organizer") return <Intake {...work} />;
  return <Register {...work} />;
}

const EVERYBODY: Ask = { q: "", category: "", status: "" };

function Register(work: Work) {
  const { me, event, lang, rest, go, tell, fail } = work;
  const t = rosterSay(lang);
  const [what, id] = rest;
  const [ask, setAsk] = useState(EVERYBODY);
  const [active, setActive] = useState(0);
  const [begun, begin] = useState(0); // a search that is begun anew forgets what was typed
  // The person at the active row is to be opened once they are known.
  const [opening, setOpening] = useState(false);
  const [entered, setEntered] = useState(0);
  const enter = () => setEntered((n) => n + 1);
  const people = usePeople(event, ask, fail);
  const about = useRegistration(event, fail);
  const held = useHeld(work);
  const categories = about?.categories ?? [];
  const total = people.list?.total;
  const bare = useBare(work, (n) => {
    people.reload();
    tell(t(`roster.issued_all_${plural(n, lang)}`, { n: amount(n, lang) }));
  });
  const nobody = people.fresh && total === 0 && ask === EVERYBODY;
  const opened = what === "person" ? id : undefined;

  const { list, fresh } = people;
  useEffect(() => {
    if (!opening || !fresh || !list) return;
    setOpening(false);
    const person = list.at(list.total ? Math.min(active, list.total - 1) : 0);
    if (person) go("roster", "person", person.id);
  }, [opening, fresh, list]);
  // The number under a badge's code leads to its bearer, also once it has ended.
  useEffect(() => {
    if (!fresh || total !== 0) return;
    let passed = false;
    bearerOf(event, ask.q).then((bearer) => {
      if (bearer && !passed) go("roster", "person", bearer);
    });
    return () => {
      passed = true;
    };
  }, [fresh, list, event]);

  const find = (next: Ask) => {
    setActive(0);
    setAsk(next.q || next.category || next.status ? next : EVERYBODY);
  };
  const startOver = () => {
    find(EVERYBODY);
    begin((n) => n + 1);
  };
  const toSearch = () => document.getElementById("finder")?.focus({ preventScroll: true });
  const refresh = () => {
    people.reload();
    bare.look();
  };
  const close = () => {
    go("roster");
    if (total) enter();
  };

  return (
    <div class={what ? "roster split" : "roster"}>
      <div class="whole">
        <Head title={t("roster.title")}>
          {!nobody && (
            <>
              {!bare.issuing && <Issuing bare={bare} lang={lang} />}
              {me.role === "organizer" && (
                <a class="button" href={hashOf("roster", "import")}>
                  {t("roster.import")}
                </a>
              )}
              <a class="button main" href={hashOf("roster", "new")}>
                {t("roster.add")}
              </a>
            </>
          )}
        </Head>
        {bare.issuing && <Issuing bare={bare} lang={lang} />}
        {!nobody && (
          <Finder
            key={begun}
            lang={lang}
            ask={ask}
            onAsk={find}
            categories={categories}
            found={
              total === undefined ? "" : t(`roster.count_${plural(total, lang)}`, { n: amount(total, lang) })
            }
            onEnter={enter}
            onOpen={() => setOpening(true)}
          />
        )}
        {nobody && (
          <div class="note">
            <p>{me.role === "organizer" ? t("roster.empty") : t("roster.empty_desk")}</p>
            <div class="does">
              {me.role === "organizer" && (
                <a class="button main" href={hashOf("roster", "import")}>
                  {t("roster.import")}
                </a>
              )}
              <a class="button" href={hashOf("roster", "new")}>
                {t("roster.add")}
              </a>
            </div>
          </div>
        )}
        {total === 0 && !nobody && (
          <div class="note">
            <p>{t("roster.none")}</p>
            <div class="does">
              <button type="button" onClick={startOver}>
                {t("roster.all")}
              </button>
            </div>
          </div>
        )}
        {total !== undefined && total > 0 && (
          <People
            people={people}
            categories={categories}
            lang={lang}
            active={active}
            onActive={setActive}
            entered={entered}
            onLeave={toSearch}
            open={opened}
          />
        )}
      </div>
      {opened && (
        <Person
          key={opened}
          work={work}
          id={opened}
          known={known(people.list, active, opened)}
          categories={categories}
          held={held}
          onChange={people.put}
          onList={refresh}
          onClose={close}
        />
      )}
      {what === "new" && about && (
        <NewPerson
          work={work}
          name={total === 0 ? ask.q : ""}
          categories={categories}
          onAdded={(person) => {
            refresh();
            go("roster", "person", person.id);
            tell(t("roster.added", { name: person.name }), async () => {
              const answer = await call("DELETE", of(event, "attendees", person.id));
              refresh();
              if (answer.kind !== "ok") return fail(answer);
              close();
              tell(t("roster.undone", { name: person.name }));
            });
          }}
          onClose={close}
        />
      )}
    </div>
  );
}

/** The person at the active row, where that is the one who is opened. */
function known(list: ReturnType<typeof usePeople>["list"], active: number, id: string): Attendee | undefined {
  const person = list?.at(active);
  return person?.id === id ? person : undefined;
}

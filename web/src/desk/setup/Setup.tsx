import { local } from "../../say/say";
import { of } from "../../server/client";
import type { Category, EventRecord } from "../../server/shapes";
import { Head } from "../pieces/Head";
import { hashOf } from "../route";
import { useList, useThing, type Work } from "../work";
import { moment } from "../zone";
import { Categories } from "./Categories";
import { EventForm } from "./EventForm";
import { NewEvent } from "./NewEvent";
import { Next } from "./Next";
import "./setup.css";
import { setupSay } from "./words";

/** The event itself, its categories, and what there is to do next. */
export function Setup(work: Work) {
  const { me, event, lang, rest, go, fail, onEvent } = work;
  const t = setupSay(lang);
  const [what] = rest;
  const mayAdd = !me.event;
  const shown = useThing<EventRecord>(of(event), fail);
  const categories = useList<Category>(of(event, "categories"), fail);
  if (what === "new" && mayAdd)
    return (
      <NewEvent
        lang={lang}
        onEvent={(made) => {
          go("setup");
          onEvent(made);
        }}
        onSignedOut={() => fail({ kind: "signed_out" })}
        onCancel={() => go("setup")}
      />
    );
  const e = shown.value;
  return (
    <>
      <Head title={e ? local(e.name, lang) : t("setup.title")}>
        {mayAdd && (
          <a class="button" href={hashOf("setup", "new")}>
            {t("setup.new")}
          </a>
        )}
        <a class="button" href={hashOf("setup", "edit")}>
          {t("setup.edit")}
        </a>
      </Head>
      {e && (
        <p class="facts">
          <span>
            {moment(e.starts_at, e.timezone, lang)} – {moment(e.ends_at, e.timezone, lang)}
          </span>
          <span>{e.timezone}</span>
          {e.place && <span dir="auto">{local(e.place, lang)}</span>}
          <span>
            {t("setup.id")}: {e.id}
          </span>
          {e.retain_until && (
            <span>
              {t("setup.erase")}: {moment(e.retain_until, e.timezone, lang)}
            </span>
          )}
        </p>
      )}
      <Next work={work} about={e} />
      <Categories work={work} categories={categories} />
      {what === "edit" && e && <EventForm work={work} event={e} load={shown.load} />}
    </>
  );
}

import { useState } from "preact/hooks";
import { local } from "../../say/say";
import { of } from "../../server/client";
import type { EventRecord, Gate, NewOperator, Operator } from "../../server/shapes";
import { Head } from "../pieces/Head";
import { hashOf } from "../route";
import { useHeld } from "../useHeld";
import { useList, useThing, type Work } from "../work";
import { moment } from "../zone";
import "./crew.css";
import { OperatorForm } from "./OperatorForm";
import { Pair } from "./Pair";
import { crewSay } from "./words";

/** Who works at the event, with which phone, and until when. */
export function Crew(work: Work) {
  const { me, event, lang, rest, go, fail } = work;
  const t = crewSay(lang);
  const { items, load } = useList<Operator>(of(event, "operators"), fail);
  const gates = useList<Gate>(of(event, "gates"), fail).items;
  const zone = useThing<EventRecord>(of(event), fail).value?.timezone;
  const { hold, waiting } = useHeld(work);
  // The one answer that shows a key, until its panel is closed.
  const [made, setMade] = useState<NewOperator>();
  const [what, id] = rest;
  const one = items?.find((o) => o.id === id);
  const close = () => {
    setMade(undefined);
    go("crew");
  };

  const revoke = (o: Operator) =>
    hold({
      subject: o.id,
      method: "DELETE",
      path: of(event, "operators", o.id),
      words: {
        waits: t("crew.revoking", { name: o.name }),
        done: t("crew.revoked", { name: o.name }),
        stays: t("crew.stays", { name: o.name }),
      },
      onDone: load,
    });
  const gateNames = (ids: readonly string[]) =>
    ids
      .map((g) => local(gates?.find((one) => one.id === g)?.name ?? g, lang))
      .join(lang === "zh" ? "、" : ", ");

  return (
    <>
      <Head title={t("crew.title")} text={t("crew.text")}>
        <a class="button main" href={hashOf("crew", "new")}>
          {t("crew.add")}
        </a>
      </Head>
      {items?.length === 0 && <p class="note">{t("crew.empty")}</p>}
      {items && items.length > 0 && zone && (
        <ul class="list">
          {items.map((o) => {
            const ended = o.expires_at !== undefined && Date.parse(o.expires_at) <= Date.now();
            return (
              <li key={o.id} aria-busy={waiting === o.id}>
                <span class="entry">
                  <b dir="auto">{o.name}</b>
                  <span>{t(`crew.role.${o.role}`)}</span>
                  <small>
                    {o.role === "gate" && (o.gates.length ? gateNames(o.gates) : t("crew.all_gates"))}
                    {o.expires_at && (
                      <span class={ended ? "wrong" : "number"}>
                        {" "}
                        {t(ended ? "crew.ended" : "crew.until", { at: moment(o.expires_at, zone, lang) })}
                      </span>
                    )}
                  </small>
                </span>
                <span class="acts">
                  {!ended && (
                    <a href={hashOf("crew", "pair", o.id)} aria-label={t("crew.pair_of", { name: o.name })}>
                      {t("crew.pair")}
                    </a>
                  )}
                  <a href={hashOf("crew", "of", o.id)} aria-label={t("crew.change_of", { name: o.name })}>
                    {t("crew.change")}
                  </a>
                  {o.id !== me.id && (
                    <button
                      type="button"
                      class="plain"
                      disabled={waiting === o.id}
                      aria-label={t("crew.revoke_of", { name: o.name })}
                      onClick={() => revoke(o)}
                    >
                      {t("crew.revoke")}
                    </button>
                  )}
                </span>
              </li>
            );
          })}
        </ul>
      )}
      {what === "pair" && one && (
        <Pair
          key={one.id}
          work={work}
          operator={one}
          made={made?.id === one.id ? made : undefined}
          onClose={close}
        />
      )}
      {zone && gates && ((what === "of" && one) || what === "new") && (
        <OperatorForm
          key={one?.id ?? ""}
          work={work}
          old={what === "of" ? one : undefined}
          gates={gates}
          zone={zone}
          load={load}
          onMade={(o) => {
            setMade(o);
            go("crew", "pair", o.id);
          }}
          onClose={close}
        />
      )}
    </>
  );
}

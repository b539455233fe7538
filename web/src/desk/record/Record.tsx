import { useState } from "preact/hooks";
import { amount } from "../../say/say";
import { of } from "../../server/client";
import type { EventRecord, Gate, Operator, Venue } from "../../server/shapes";
import { Head } from "../pieces/Head";
import { useList, useThing, type Work } from "../work";
import { ANYTHING, type Ask, queryOf } from "./ask";
import { Filters } from "./Filters";
import { Lines } from "./Lines";
import "./record.css";
import { COUNTED, useRows } from "./useRows";
import { recordSay } from "./words";

/** All that has happened, newest first. */
export function Record(work: Work) {
  const { me, event, lang, fail } = work;
  const t = recordSay(lang);
  const zone = useThing<EventRecord>(of(event), fail).value?.timezone;
  const venues = useList<Venue>(of(event, "venues"), fail).items;
  const gates = useList<Gate>(of(event, "gates"), fail).items;
  // Those who have left are in the journal still.
  const staff = useList<Operator>(`${of(event, "operators")}?revoked=true`, fail).items;
  const [ask, setAsk] = useState<Ask>(ANYTHING);
  const query = new URLSearchParams(queryOf(ask, zone ?? "UTC")).toString();
  const { rows, rest, searching, fresh, older, renew } = useRows(event, query, fail);
  if (!zone || !venues || !gates || !staff) return <Head title={t("record.title")} />;
  const csv = `${of(event, "journal")}?format=csv&bom=true${query && `&${query}`}`;
  return (
    <>
      <Head title={t("record.title")} text={t("record.text", { zone })}>
        <a class="button" href={csv} download={`${event}-journal.csv`}>
          {t("record.csv")}
        </a>
      </Head>
      <Filters lang={lang} ask={ask} venues={venues} gates={gates} staff={staff} onAsk={setAsk} />
      <p role="status" class="fresh">
        {fresh > 0 && (
          <button type="button" onClick={renew}>
            {t("record.fresh", { n: fresh < COUNTED ? amount(fresh, lang) : `${amount(COUNTED, lang)}+` })}
          </button>
        )}
      </p>
      {rows && rows.length > 0 && (
        <Lines
          me={me}
          lang={lang}
          zone={zone}
          rows={rows}
          venues={venues}
          gates={gates}
          staff={staff}
          onBadge={(badge) => setAsk({ ...ANYTHING, badge })}
        />
      )}
      {rows?.length === 0 && !searching && <p class="note">{t("record.none")}</p>}
      <div class="foot">
        {rest > 0 && !searching && (
          <button type="button" onClick={older}>
            {t("record.older")}
          </button>
        )}
        {searching && (
          <span role="status">
            {rest > 0 ? t("record.looking", { n: amount(rest, lang) }) : t("record.wait")}
          </span>
        )}
        {rows && rest === 0 && !searching && rows.length > 0 && <span>{t("record.all")}</span>}
      </div>
    </>
  );
}

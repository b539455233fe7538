import { useState } from "preact/hooks";
import { amount } from "../../say/say";
import { call, of } from "../../server/client";
import type { EventRecord, SigningKey } from "../../server/shapes";
import { Head } from "../pieces/Head";
import { Panel } from "../pieces/Panel";
import { Progress } from "../pieces/Progress";
import { hashOf } from "../route";
import { useHeld } from "../useHeld";
import { useList, useThing, type Work } from "../work";
import { moment } from "../zone";
import { keysSay } from "./words";

/** Badges for a large roster take their time. */
const PATIENCE_MS = 10 * 60_000;

/** The keys that badges are signed with. */
export function Keys(work: Work) {
  const { event, lang, rest, go, tell, fail } = work;
  const t = keysSay(lang);
  const { items, load } = useList<SigningKey>(of(event, "keys"), fail);
  const zone = useThing<EventRecord>(of(event), fail).value?.timezone;
  const { hold, waiting } = useHeld(work);
  const [busy, setBusy] = useState<"rotating" | "issuing">();
  const [what, kid] = rest;
  const doomed = what === "withdraw" ? items?.find((k) => k.kid === kid) : undefined;

  async function rotate() {
    setBusy("rotating");
    const answer = await call<SigningKey>("POST", of(event, "keys", "rotate"));
    await load();
    setBusy(undefined);
    if (answer.kind !== "ok") return fail(answer);
    tell(t("keys.rotated", { kid: answer.value.kid }));
  }

  async function issue() {
    setBusy("issuing");
    const path = of(event, "badges", "issue-all");
    const answer = await call<{ issued: number }>("POST", path, {}, PATIENCE_MS);
    setBusy(undefined);
    if (answer.kind !== "ok") return fail(answer);
    tell(t("keys.issued", { n: amount(answer.value.issued, lang) }));
  }

  function withdraw(key: SigningKey) {
    go("keys");
    const name = { kid: key.kid };
    hold({
      subject: key.kid,
      method: "POST",
      path: of(event, "keys", key.kid, "revoke"),
      words: {
        waits: t("keys.withdrawing", name),
        done: t("keys.gone", name),
        stays: t("keys.stays", name),
      },
      onDone: load,
    });
  }

  const newest = [...(items ?? [])].sort((a, b) => b.created_at.localeCompare(a.created_at));
  const withdrawn = newest.some((k) => k.status === "withdrawn");
  return (
    <>
      <Head title={t("keys.title")} text={t("keys.text")}>
        <a class="button" href="/.well-known/jwks.json" download="jwks.json">
          {t("keys.public")}
        </a>
        <button type="button" class="main" disabled={busy !== undefined} onClick={rotate}>
          {t("keys.rotate")}
        </button>
      </Head>
      <p class="hint">{t("keys.rotate_text")}</p>
      {zone && (
        <ul class="list">
          {newest.map((k) => (
            <li key={k.kid} aria-busy={waiting === k.kid}>
              <span class="entry">
                <b class="mono">{k.kid}</b>
                <span>{t(`keys.status.${k.status}`)}</span>
                <small class="number">
                  {t("keys.since", { at: moment(k.created_at, zone, lang) })}
                  {k.ended_at && ` · ${t("keys.ended", { at: moment(k.ended_at, zone, lang) })}`}
                  {k.status === "retired" &&
                    ` · ${t("keys.last", { at: moment(k.last_expiry, zone, lang) })}`}
                </small>
              </span>
              {k.status !== "withdrawn" && (
                <span class="acts">
                  <a
                    href={hashOf("keys", "withdraw", k.kid)}
                    aria-label={t("keys.withdraw_of", { kid: k.kid })}
                  >
                    {t("keys.withdraw")}
                  </a>
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {withdrawn && (
        <section class="note">
          <p>{t("keys.renew_text")}</p>
          {busy === "issuing" ? (
            <Progress label={t("keys.issuing")} done={0} total={undefined} />
          ) : (
            <button type="button" disabled={busy !== undefined} onClick={issue}>
              {t("keys.renew")}
            </button>
          )}
        </section>
      )}
      {doomed && doomed.status !== "withdrawn" && (
        <Panel title={t("keys.withdraw_of", { kid: doomed.kid })} lang={lang} onClose={() => go("keys")}>
          <div class="form">
            <p>{t("keys.withdraw_when")}</p>
            <ul>
              <li>{t("keys.then_closed")}</li>
              <li>{t("keys.then_out")}</li>
              <li>{t("keys.then_offline")}</li>
              {doomed.status === "active" && <li>{t("keys.then_next")}</li>}
              <li>{t("keys.then_issue")}</li>
            </ul>
            <div class="does">
              <button type="button" class="danger" onClick={() => withdraw(doomed)}>
                {t("keys.withdraw_this")}
              </button>
              <button type="button" class="plain" onClick={() => go("keys")}>
                {t("keys.cancel")}
              </button>
            </div>
          </div>
        </Panel>
      )}
    </>
  );
}

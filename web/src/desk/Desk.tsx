// The frame of the desk: the tasks on one side, the one at hand on the other,
// and below it what was just done.
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { surfaceOf } from "../session/chosen";
import type { Shift } from "../session/Staff";
import { Crew } from "./crew/Crew";
import { Keys } from "./keys/Keys";
import { Notice, type Told } from "./pieces/Notice";
import { Places } from "./places/Places";
import { Record } from "./record/Record";
import { Roster } from "./roster/Roster";
import { hashOf, type Task, tasksOf, usePlace } from "./route";
import { Setup } from "./setup/Setup";
import { Sheets } from "./sheets/Sheets";
import { why } from "./why";
import { deskSay } from "./words";
import type { Trouble, Work } from "./work";

const PAGES = {
  setup: Setup,
  places: Places,
  roster: Roster,
  sheets: Sheets,
  crew: Crew,
  record: Record,
  keys: Keys,
} as const satisfies { readonly [T in Task]: (work: Work) => unknown };

export function Desk({ me, event, lang, onEvent, onSignedOut }: Shift) {
  const t = deskSay(lang);
  const [told, setTold] = useState<Told>();
  const { task, rest } = usePlace(me.role, "roster");
  const signedOut = useRef(onSignedOut);
  signedOut.current = onSignedOut;

  const go = useCallback<Work["go"]>((to, ...what) => {
    location.hash = hashOf(to, ...what);
  }, []);
  const tell = useCallback<Work["tell"]>((text, undo) => setTold({ text, bad: false, undo }), []);
  const fail = useCallback<Work["fail"]>(
    (trouble: Trouble) => {
      if (trouble.kind === "signed_out") return signedOut.current();
      setTold({ text: deskSay(lang)("desk.failed", { detail: why(trouble, lang) }), bad: true });
    },
    [lang],
  );
  const tasks = useRef<HTMLElement>(null);
  useEffect(() => {
    setTold(undefined); // what was done elsewhere is no news here
    // On a phone the tasks are a row that is longer than the screen.
    tasks.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [task]);

  const work = useMemo<Work>(
    () => ({ me, event, lang, rest, go, tell, fail, onEvent }),
    [me, event, lang, rest.join("/"), go, tell, fail, onEvent],
  );
  const Page = PAGES[task];
  return (
    <div class="desk">
      <nav ref={tasks} class="tasks" aria-label={t("desk.tasks")}>
        <ul>
          {tasksOf(me.role).map((one) => (
            <li key={one}>
              <a href={hashOf(one)} aria-current={one === task ? "page" : undefined}>
                {t(`desk.task.${one}`)}
              </a>
            </li>
          ))}
          {me.role === "organizer" && (
            <li>
              <a href={surfaceOf("/live", event)}>{t("desk.live")}</a>
            </li>
          )}
        </ul>
      </nav>
      <div class="task">
        <Page key={task} {...work} />
      </div>
      <Notice told={told} lang={lang} onClose={() => setTold(undefined)} />
    </div>
  );
}

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { local } from "../../say/say";
import type { Attendee, Category } from "../../server/shapes";
import { hashOf } from "../route";
import type { Work } from "../work";
import { moment } from "./History";
import { Role } from "./Role";
import { standingOf } from "./standing";
import type { People as Found } from "./usePeople";
import { useVirtual } from "./useVirtual";
import { rosterSay } from "./words";

interface Props {
  readonly people: Found;
  readonly categories: readonly Category[];
  readonly lang: Work["lang"];
  /** The row that the keyboard is at. */
  readonly active: number;
  readonly onActive: (index: number) => void;
  /** Counts how often the focus was to go to the active row. */
  readonly entered: number;
  /** The focus is to go back to the search. */
  readonly onLeave: () => void;
  /** The id of the person whose panel is open. */
  readonly open: string | undefined;
}

const ROW = 44;
const HEAD = 36;
const LEAP = 10; // rows, by Page Up and Page Down

/** The roster as a table of which only the rows in view are on the page. */
export function People({ people, categories, lang, active, onActive, entered, onLeave, open }: Props) {
  const t = rosterSay(lang);
  const { list, key } = people;
  const count = list?.total ?? 0;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtual({
    count,
    scroller,
    rowHeight: ROW,
    headHeight: HEAD,
    always: active,
  });
  const drawn = rows.getVirtualItems();
  const { startIndex: first, endIndex: last } = rows.range ?? { startIndex: 0, endIndex: 0 };

  useEffect(() => {
    list?.want(first, last);
  }, [list, first, last]);
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
    rows.measure();
  }, [key, rows]);
  // The row that is to have the focus once it is on the page.
  const wanted = useRef<number | undefined>(undefined);
  const reach = () => {
    if (wanted.current === undefined) return;
    const row = scroller.current?.querySelector(`[data-index="${wanted.current}"] a`);
    if (!(row instanceof HTMLElement) || !row.offsetParent) return; // not there yet, or not in view
    wanted.current = undefined;
    row.focus({ preventScroll: true });
  };
  useLayoutEffect(reach);
  const enter = (index: number) => {
    wanted.current = Math.max(0, Math.min(count - 1, index));
    onActive(wanted.current);
    rows.scrollToIndex(wanted.current);
    reach();
  };
  const walk = (e: KeyboardEvent, index: number) => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: LEAP, PageUp: -LEAP, Home: -count, End: count }[e.key];
    if (by === undefined || e.ctrlKey || e.metaKey || e.altKey) return;
    e.preventDefault();
    if (index === 0 && e.key === "ArrowUp") onLeave();
    else enter(index + by);
  };
  // Asked to come in from the search, or back from a person.
  const turn = useRef(entered);
  useLayoutEffect(() => {
    if (turn.current !== entered) enter(active);
    turn.current = entered;
  }, [entered]);

  return (
    <div class="people" ref={scroller}>
      <table aria-label={t("roster.title")} aria-rowcount={count + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {(["person", "number", "organization", "category", "badge"] as const).map((column) => (
              <th key={column} scope="col">
                {t(`roster.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody style={{ height: `${rows.getTotalSize()}px` }}>
          {drawn.map(({ index, start }) => {
            const person = list?.at(index);
            return (
              <tr
                key={index}
                ref={rows.measureElement}
                data-index={index}
                class={index === active ? "active" : ""}
                style={{ transform: `translateY(${start}px)` }}
                aria-rowindex={index + 2}
                aria-current={person && person.id === open ? "true" : undefined}
                aria-busy={!person}
              >
                {person && (
                  <>
                    <th scope="row">
                      <a
                        href={hashOf("roster", "person", person.id)}
                        dir="auto"
                        tabIndex={index === active ? 0 : -1}
                        onFocus={() => onActive(index)}
                        onKeyDown={(e) => walk(e, index)}
                      >
                        {person.name}
                      </a>
                      {person.name_latin !== person.name && <small dir="auto"> {person.name_latin}</small>}
                    </th>
                    <Cells person={person} categories={categories} lang={lang} />
                  </>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Cells({ person, categories, lang }: { person: Attendee } & Pick<Props, "categories" | "lang">) {
  const t = rosterSay(lang);
  const category = categories.find((c) => c.id === person.category);
  const standing = person.badge && standingOf(person.badge, Date.now());
  return (
    <>
      <td class="number">{person.ref}</td>
      <td dir="auto">{[person.organization, person.delegation].filter(Boolean).join(" · ")}</td>
      <td>
        <Role color={category?.color} name={local(category?.name, lang) || person.category} />
      </td>
      <td>
        {standing === "valid" && <span class="state good">✓ {t("roster.has")}</span>}
        {standing === "void" && <span class="state">✕ {t("roster.void")}</span>}
        {standing === "expired" && person.badge && (
          <span class="state">✕ {t("roster.expired", { at: moment(person.badge.valid_until, lang) })}</span>
        )}
        {!standing && (
          <span class="state">
            {person.revoked
              ? `✕ ${t("roster.gone", { at: moment(person.revoked.at, lang) })}`
              : `– ${t("roster.has_none")}`}
          </span>
        )}
      </td>
    </>
  );
}

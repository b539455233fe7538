import type { Text } from "../../say/say";
import type { Attendee, Category } from "../../server/shapes";
import { Code } from "../pieces/Code";
import { lineSize, nameSize } from "./fit";
import { inkOn } from "./ink";

interface Props {
  readonly person: Attendee;
  readonly eventName: Text;
  readonly category: Category | undefined;
  /** What the code is called for those who don't see it. */
  readonly codeLabel: string;
}

/** A badge as it is printed. What is shared by all readers stands in both languages. */
export function Card({ person, eventName, category, codeLabel }: Props) {
  const { badge } = person;
  const event = both(eventName);
  const latin = person.name_latin && person.name_latin !== person.name ? person.name_latin : "";
  const color = category?.color ?? "";
  return (
    <article class="card" data-person={person.id}>
      <p class={`card-event ${lineSize(...event.map((l) => l.text))}`}>
        {event.map((l) => (
          <span key={l.lang} lang={l.lang} dir="auto">
            {l.text}
          </span>
        ))}
      </p>
      {badge?.token && (
        <div class="card-code">
          <Code text={badge.token} label={codeLabel} />
          <span class="card-number">{badge.id}</span>
        </div>
      )}
      <div class="card-who">
        <p class={`card-name ${nameSize(person.name)}`} dir="auto">
          {person.name}
        </p>
        {latin && (
          <p class={`card-latin ${lineSize(latin)}`} dir="auto">
            {latin}
          </p>
        )}
        {person.organization && (
          <p class={`card-org ${lineSize(person.organization)}`} dir="auto">
            {person.organization}
          </p>
        )}
        {person.delegation && (
          <p class="card-delegation" dir="auto">
            {person.delegation}
          </p>
        )}
      </div>
      <p class={`card-band on-${inkOn(color)}`}>
        <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
          <rect width="1" height="1" fill={color || "#475569"} />
        </svg>
        {both(category?.name ?? person.category).map((l) => (
          <span key={l.lang} lang={l.lang} dir="auto">
            {l.text}
          </span>
        ))}
      </p>
    </article>
  );
}

/** A text in Chinese and English, or in the languages there are. */
function both(text: Text): readonly { lang: string | undefined; text: string }[] {
  if (typeof text === "string") return [{ lang: undefined, text }];
  const lines = Object.entries(text).map(([lang, words]) => ({ lang, text: words }));
  const shared = lines.filter((l) => /^(zh|en)\b/.test(l.lang)).sort((a, b) => b.lang.localeCompare(a.lang));
  return (shared.length > 0 ? shared : lines.slice(0, 1)).slice(0, 2);
}

import { useState } from "preact/hooks";
import { local } from "../../say/say";
import { call, of } from "../../server/client";
import type { Category } from "../../server/shapes";
import { isNamed, NO_NAMES, namesOf, patchOf, textOf } from "../names";
import { Form, useFilling } from "../pieces/Form";
import { Input, NamesInput } from "../pieces/Input";
import { Panel } from "../pieces/Panel";
import { Role } from "../roster/Role";
import { hashOf } from "../route";
import { useWayBack } from "../useWayBack";
import type { Listed, Work } from "../work";
import { setupSay } from "./words";

interface Props {
  readonly work: Work;
  readonly categories: Listed<Category>;
}

/** What people can be, each with the colour of their badge. */
export function Categories({ work, categories }: Props) {
  const { event, lang, rest, fail } = work;
  const t = setupSay(lang);
  const { items, load } = categories;
  const wayBack = useWayBack(work, load);
  const [what, id] = rest;
  const open = items?.find((c) => c.id === id);

  async function drop(c: Category) {
    const answer = await call("DELETE", of(event, "categories", c.id));
    await load();
    if (answer.kind !== "ok") return fail(answer);
    const name = local(c.name, lang);
    wayBack(t("setup.category_gone", { name }), t("setup.category_back", { name }), {
      method: "POST",
      path: of(event, "categories"),
      body: c,
    });
  }

  return (
    <section class="block">
      <header class="head">
        <h3>{t("setup.categories")}</h3>
        <a class="button" href={hashOf("setup", "category")}>
          {t("setup.category_add")}
        </a>
      </header>
      {items?.length === 0 && <p class="note">{t("setup.category_none")}</p>}
      {items && items.length > 0 && (
        <ul class="list">
          {items.map((c) => (
            <li key={c.id}>
              <Role name={local(c.name, lang)} color={c.color} />
              <span class="acts">
                <a
                  href={hashOf("setup", "category", c.id)}
                  aria-label={t("setup.category_edit", { name: local(c.name, lang) })}
                >
                  {t("setup.change")}
                </a>
                <button
                  type="button"
                  class="plain"
                  aria-label={t("setup.category_drop", { name: local(c.name, lang) })}
                  onClick={() => drop(c)}
                >
                  {t("setup.drop")}
                </button>
              </span>
            </li>
          ))}
        </ul>
      )}
      {what === "category" && (!id || open) && (
        <CategoryForm key={id ?? ""} work={work} old={open} load={load} />
      )}
    </section>
  );
}

function CategoryForm({
  work,
  old,
  load,
}: {
  work: Work;
  old: Category | undefined;
  load: () => Promise<void>;
}) {
  const { event, lang, go, fail } = work;
  const t = setupSay(lang);
  const [names, setNames] = useState(old ? namesOf(old.name) : NO_NAMES);
  const [color, setColor] = useState(old?.color ?? "#0f5c63");
  const filling = useFilling(lang, fail, ["name", "color"]);
  const wayBack = useWayBack(work, load);
  const path = of(event, "categories", ...(old ? [old.id] : []));

  async function save() {
    const wrong = { name: isNamed(names) ? undefined : t("setup.wrong.name") };
    const done = await filling.send(wrong, () =>
      old
        ? call<Category>("PATCH", path, { name: patchOf(names, old.name), color })
        : call<Category>("POST", path, { name: textOf(names), color }),
    );
    if (!done) return;
    await load();
    go("setup");
    const now = done.value;
    const name = local(now.name, lang);
    if (old)
      wayBack(t("setup.category_changed", { name }), t("setup.as_before"), {
        method: "PATCH",
        path,
        body: { name: patchOf(namesOf(old.name), now.name), color: old.color },
      });
    else
      wayBack(t("setup.category_added", { name }), t("setup.category_gone", { name }), {
        method: "DELETE",
        path: of(event, "categories", now.id),
      });
  }
  return (
    <Panel
      title={old ? local(old.name, lang) : t("setup.category_add")}
      lang={lang}
      onClose={() => go("setup")}
    >
      <Form filling={filling} save={t("setup.save")} onSubmit={save}>
        <NamesInput
          zh={t("setup.name_zh")}
          en={t("setup.name_en")}
          names={names}
          wrong={filling.wrong.name}
          onNames={setNames}
        />
        <Input
          type="color"
          label={t("setup.color")}
          hint={t("setup.color_hint")}
          value={color}
          wrong={filling.wrong.color}
          onValue={setColor}
        />
      </Form>
    </Panel>
  );
}

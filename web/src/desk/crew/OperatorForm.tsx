import { useState } from "preact/hooks";
import { local } from "../../say/say";
import { call, of } from "../../server/client";
import type { Gate, NewOperator, Operator, Role } from "../../server/shapes";
import { Form, useFilling } from "../pieces/Form";
import { Choice, Input, Ticks } from "../pieces/Input";
import { Panel } from "../pieces/Panel";
import { useWayBack } from "../useWayBack";
import { useThing, type Work } from "../work";
import { instantOf, moment, wallOf } from "../zone";
import { crewSay } from "./words";

const ROLES = ["gate", "supervisor", "desk", "security", "organizer"] as const satisfies readonly Role[];

interface Props {
  readonly work: Work;
  /** Undefined for a new one. */
  readonly old: Operator | undefined;
  readonly gates: readonly Gate[];
  readonly zone: string;
  readonly load: () => Promise<void>;
  readonly onMade: (operator: NewOperator) => void;
  readonly onClose: () => void;
}

/** Adds somebody to the staff, or changes what they may. */
export function OperatorForm({ work, old, gates, zone, load, onMade, onClose }: Props) {
  const { event, lang, fail } = work;
  const t = crewSay(lang);
  const [name, setName] = useState(old?.name ?? "");
  const [role, setRole] = useState<Role>(old?.role ?? "gate");
  const [chosen, setChosen] = useState<readonly string[]>(old?.gates ?? []);
  const [until, setUntil] = useState(old?.expires_at ? wallOf(old.expires_at, zone) : "");
  const filling = useFilling(lang, fail, ["name", "role", "gates", "expires_at"]);
  const wayBack = useWayBack(work, load);

  async function save() {
    const ends = until ? instantOf(until, zone) : undefined;
    const moved = until !== (old?.expires_at ? wallOf(old.expires_at, zone) : "");
    const wrong = {
      name: name.trim() ? undefined : t("crew.wrong.name"),
      expires_at:
        until && moved && !(ends && Date.parse(ends) > Date.now()) ? t("crew.wrong.until") : undefined,
    };
    const fields = { name: name.trim(), role, gates: role === "gate" ? chosen : [] };
    if (!old) {
      const done = await filling.send(wrong, () =>
        call<NewOperator>("POST", of(event, "operators"), {
          ...fields,
          ...(ends ? { expires_at: ends } : {}),
        }),
      );
      if (!done) return;
      await load();
      return onMade(done.value);
    }
    const path = of(event, "operators", old.id);
    const done = await filling.send(wrong, () =>
      call<Operator>("PATCH", path, { ...fields, ...(moved ? { expires_at: ends ?? null } : {}) }),
    );
    if (!done) return;
    await load();
    onClose();
    wayBack(t("crew.changed", { name: done.value.name }), t("crew.as_before"), {
      method: "PATCH",
      path,
      body: { name: old.name, role: old.role, gates: old.gates, expires_at: old.expires_at ?? null },
    });
  }

  return (
    <Panel title={old ? old.name : t("crew.add")} lang={lang} onClose={onClose}>
      {old && <SignedIn work={work} id={old.id} zone={zone} />}
      <Form filling={filling} save={old ? t("crew.save") : t("crew.make")} onSubmit={save}>
        <Input
          label={t("crew.name")}
          hint={t("crew.name_hint")}
          value={name}
          wrong={filling.wrong.name}
          onValue={setName}
        />
        <Choice
          label={t("crew.role_label")}
          hint={t(`crew.may.${role}`)}
          wrong={filling.wrong.role}
          value={role}
          options={ROLES.map((value) => ({ value, text: t(`crew.role.${value}`) }))}
          onValue={setRole}
        />
        {role === "gate" && (
          <Ticks
            label={t("crew.gates")}
            hint={t("crew.gates_hint")}
            wrong={filling.wrong.gates}
            chosen={chosen}
            options={gates.map((g) => ({ value: g.id, text: local(g.name, lang) }))}
            onChosen={setChosen}
          />
        )}
        <Input
          type="datetime-local"
          label={t("crew.until_label")}
          hint={t("crew.until_hint", { zone })}
          value={until}
          wrong={filling.wrong.expires_at}
          onValue={setUntil}
        />
      </Form>
    </Panel>
  );
}

/** When a phone last signed in as this operator. */
function SignedIn({ work, id, zone }: { work: Work; id: string; zone: string }) {
  const { event, lang, fail } = work;
  const t = crewSay(lang);
  const found = useThing<Operator>(of(event, "operators", id), fail).value;
  if (!found) return null;
  return (
    <p class="hint number">
      {found.signed_in_at
        ? t("crew.signed_in", { at: moment(found.signed_in_at, zone, lang) })
        : t("crew.never")}
    </p>
  );
}

// A shift at one gate: a code comes in from the camera, a reader or a hand, a
// verdict goes out, and the next one may come at once.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type Lang, local, type Text } from "../say/say";
import type { Direction, Gate, Role, Venue } from "../server/shapes";
import type { Camera, CameraState } from "./camera";
import { readEntry } from "./entry";
import { newScan, onlyAtField, type Scan, type Verdict } from "./gate";
import { Lane, type LaneState } from "./lane";
import { More } from "./More";
import { Past } from "./Past";
import type { Phone, View } from "./phone";
import { useSound } from "./SoundCheck";
import { type Returned, TypeForm } from "./TypeForm";
import { openSound, play, tuneOf } from "./tone";
import { VerdictScreen } from "./VerdictScreen";
import { Viewfinder } from "./Viewfinder";
import { keepAwake } from "./wake";
import { typed, Wedge } from "./wedge";
import { refusal, type ScanSay, slip, spoken, why } from "./words";

interface Props {
  readonly event: string;
  readonly role: Role;
  readonly phone: Phone;
  readonly view: View;
  readonly gate: Gate;
  readonly direction: Direction;
  readonly venue: Venue | undefined;
  readonly gateName: (id: string) => Text | undefined;
  readonly categoryName: (id: string) => Text | undefined;
  readonly t: ScanSay;
  readonly lang: Lang;
  readonly onEnd: () => void;
  readonly onSignedOut: () => void;
}

const READY: LaneState = { at: "ready", same: false };

export function Station(props: Props) {
  const { event, role, phone, view, gate, direction, venue, t, lang } = props;
  const [state, setState] = useState<LaneState>(READY);
  const [open, setOpen] = useState<"camera" | "type" | "more">("camera");
  const [look, setLook] = useState(false);
  const [note, setNote] = useState("");
  const [last, setLast] = useState<{ id: string; token: string }>();
  const [seen, setSeen] = useState<{ camera: Camera; state: CameraState; torch: boolean }>();
  const [lit, setLit] = useState(false);
  const [past, setPast] = useState<Verdict>();
  const [returned, setReturned] = useState<Returned>();
  const reads = role === "supervisor" || role === "desk" || role === "organizer";
  const heard = useSound();

  const off = seen?.state === "denied" || seen?.state === "none";

  // The lane outlives every drawing of the page and sees what is true now.
  const override = useRef<string | undefined>(undefined);
  const unanswered = useRef(new Map<string, Scan>());
  const decide = async (code: string): Promise<Verdict> => {
    setNote("");
    const reason = override.current;
    override.current = undefined;
    let scan = newScan(code, gate, direction, { ...(reason ? { override: reason } : {}), look });
    // The server may have let this one in without our hearing of it: under the
    // same id it says so again, under another it would be inside already.
    const before = look || reason ? undefined : unanswered.current.get(code);
    if (before) scan = { ...scan, id: before.id };
    unanswered.current.delete(code);
    try {
      const verdict = await phone.decide(scan);
      if (verdict.kind === "failed" && verdict.why !== "refused" && !look && !reason)
        unanswered.current.set(code, scan);
      return verdict;
    } catch {
      return { kind: "failed", scan, why: "unknown", code: "", detail: "" };
    }
  };
  const atField = (v: Verdict): boolean => {
    if (!onlyAtField(v)) return false;
    play(tuneOf(v));
    setPast(undefined);
    setReturned({ text: v.scan.token, trouble: why(t, v, props.gateName, lang) });
    setOpen(off ? "camera" : "type"); // it may have been left meanwhile
    return true;
  };
  const now = useRef({ decide, atField });
  now.current = { decide, atField };
  const [lane] = useState(
    () =>
      new Lane({
        decide: (code) => now.current.decide(code),
        atField: (v) => now.current.atField(v),
        onState: (s) => {
          setState(s);
          if (s.at !== "verdict" || s.held) return;
          const { verdict: v } = s;
          play(tuneOf(v));
          setPast(v.kind === "decided" || v.kind === "queued" ? v : undefined);
          if ((v.kind === "decided" || v.kind === "queued") && !v.scan.look)
            setLast(v.result === "denied" ? undefined : { id: v.scan.id, token: v.scan.token });
        },
      }),
  );
  useEffect(() => () => lane.stop(), [lane]);
  useEffect(() => keepAwake(), []);

  // Nobody looks at what the camera reads while something else is open.
  const held = state.at === "verdict" && state.held;
  useEffect(() => seen?.camera.rest(open !== "camera" || held), [seen, open, held]);

  useEffect(() => lane.pause(open !== "camera"), [lane, open]);

  // A reader's keys arrive wherever the focus is, over a verdict too.
  useEffect(() => {
    const wedge = new Wedge();
    const press = (e: KeyboardEvent) => {
      if (e.ctrlKey || e.metaKey || e.altKey) return;
      const code = wedge.press(typed(e), e.timeStamp);
      if (!code) return;
      e.preventDefault();
      if (e.target instanceof HTMLInputElement) e.target.value = "";
      lane.read(code, "hand");
    };
    addEventListener("keydown", press, true);
    return () => removeEventListener("keydown", press, true);
  }, [lane]);

  const onCamera = useCallback((camera: Camera, s: CameraState, torch: boolean) => {
    setSeen({ camera, state: s, torch });
    setLit(false);
  }, []);

  async function takeBack() {
    if (!last) return;
    setLast(undefined);
    const answer = await phone.undo(last.id);
    if (answer.kind === "ok") {
      lane.forget(last.token);
      setPast(undefined);
      return setNote(t("scan.undone"));
    }
    setLast(last);
    const detail = answer.kind === "refused" ? refusal(t, answer.code, answer.detail) : t("scan.unreachable");
    setNote(t("scan.not_undone", { detail }));
  }

  const next = () => {
    if (state.at === "verdict" && state.verdict.kind === "signed_out") return props.onSignedOut();
    lane.next();
  };
  const read = (code: string) => {
    if (open === "more") setOpen("camera");
    lane.read(code, "hand");
  };
  const write = (text: string) => {
    const entry = readEntry(text);
    if (entry.kind !== "code") return setReturned({ text, trouble: slip(t, entry) });
    setReturned(undefined);
    lane.read(entry.code, "field");
  };

  const inside = view.inside[gate.venue];
  const capacity = venue?.capacity ?? 0;
  const verdict = state.at === "verdict" ? state.verdict : undefined;
  const quiet = view.online && view.waiting === 0 && view.lasting;
  return (
    <section class="shift" aria-busy={state.at === "deciding"}>
      <header class="plate" inert={verdict !== undefined}>
        <div>
          <h1>
            <span dir="auto">{local(gate.name, lang)}</span> <b class={direction}>{t(`scan.${direction}`)}</b>
          </h1>
          <p class={view.online ? "link" : "link offline"}>
            <span aria-hidden="true">{view.online ? "●" : "!"}</span>{" "}
            {t(view.online ? "scan.online" : "scan.offline")}
            {view.waiting > 0 && <b class="number"> {view.waiting}</b>}
          </p>
        </div>
        <div>
          <p dir="auto">{local(venue?.name, lang)}</p>
          {inside !== undefined && (
            <p class="count number">
              {capacity > 0 ? t("scan.inside_of", { inside, capacity }) : t("scan.inside", { inside })}
            </p>
          )}
        </div>
      </header>
      {!quiet && (
        <p class="bar" role="status">
          {!view.lasting
            ? t("scan.not_lasting")
            : view.online
              ? t("scan.sending", { n: view.waiting })
              : t(view.known ? "scan.offline_text" : "scan.offline_blind", { n: view.waiting })}
        </p>
      )}
      {!heard && (
        <p class="bar mute" role="status">
          {t("scan.sound.off")}{" "}
          <button type="button" class="plain" onClick={() => openSound()}>
            {t("scan.sound.on")}
          </button>
        </p>
      )}
      {look && (
        <p class="bar look" role="status">
          {t("scan.look_on")}
        </p>
      )}
      <div class="stage" inert={verdict !== undefined}>
        <Viewfinder t={t} onCode={(text) => lane.read(text, "camera")} onCamera={onCamera} />
        {(off || open !== "camera") && (
          <div class={open === "camera" ? "sheet beside" : "sheet"}>
            {open === "more" ? (
              <More
                t={t}
                lang={lang}
                event={event}
                camera={seen?.camera}
                reads={reads}
                look={look}
                conflicts={view.conflicts}
                gateName={props.gateName}
                onLook={setLook}
                onToken={read}
                onDismiss={(id) => phone.dismiss(id)}
                onEnd={props.onEnd}
                onSignedOut={props.onSignedOut}
              />
            ) : (
              <TypeForm t={t} focus={!verdict} online={view.online} returned={returned} onText={write} />
            )}
          </div>
        )}
      </div>
      <p class="status" role="status">
        {state.at === "deciding"
          ? t("scan.checking")
          : state.at === "ready" && state.same
            ? t("scan.same")
            : note || t("scan.ready")}
      </p>
      <Past
        verdict={state.at === "ready" ? past : undefined}
        categoryName={props.categoryName}
        t={t}
        lang={lang}
      />
      <nav class="thumb" aria-label={t("scan.tools")} inert={verdict !== undefined}>
        {seen?.torch && (
          <button
            type="button"
            aria-pressed={lit}
            onClick={async () => setLit(await seen.camera.torch(!lit))}
          >
            {t("scan.torch")}
          </button>
        )}
        {!off && (
          <button
            type="button"
            aria-pressed={open === "type"}
            onClick={() => {
              setReturned(undefined);
              setOpen(open === "type" ? "camera" : "type");
            }}
          >
            {t("scan.type")}
          </button>
        )}
        <button type="button" onClick={takeBack} disabled={!last}>
          {t("scan.undo")}
        </button>
        <button
          type="button"
          aria-pressed={open === "more"}
          onClick={() => setOpen(open === "more" ? "camera" : "more")}
        >
          {t("scan.more")}
          {view.conflicts.length > 0 && <b class="number"> {view.conflicts.length}</b>}
        </button>
      </nav>
      <p class="spoken" aria-live="assertive">
        {verdict && spoken(t, verdict, props.gateName, props.categoryName, lang)}
      </p>
      {state.at === "verdict" && (
        <VerdictScreen
          verdict={state.verdict}
          held={state.held}
          gateName={props.gateName}
          categoryName={props.categoryName}
          overrides={reads}
          t={t}
          lang={lang}
          onHold={() => lane.hold()}
          onNext={next}
          onRetry={() => lane.again(state.verdict.scan.token)}
          onOverride={(reason) => {
            override.current = reason;
            lane.again(state.verdict.scan.token);
          }}
        />
      )}
    </section>
  );
}

// A shift at one gate: a code comes in from a reader or by hand, a verdict
// goes out, and the next one may come at once.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type Lang, local, type Text } from "../say/say";
import type { Direction, Gate, ScanAnswer, ScanRequest, Venue } from "../server/shapes";
import { decide, newScan, Recent, undo, type Verdict } from "./gate";
import { play } from "./tone";
import { VerdictScreen } from "./VerdictScreen";
import { Wedge } from "./wedge";
import type { ScanSay } from "./words";

interface Props {
  readonly event: string;
  readonly gate: Gate;
  readonly gates: readonly Gate[];
  readonly direction: Direction;
  readonly venue: Venue | undefined;
  readonly categoryName: (id: string) => Text | undefined;
  readonly t: ScanSay;
  readonly lang: Lang;
  readonly onEnd: () => void;
  readonly onSignedOut: () => void;
}

export function Station(props: Props) {
  const { event, gate, gates, direction, venue, t, lang } = props;
  const [verdict, setVerdict] = useState<Exclude<Verdict, { kind: "signed_out" }>>();
  const [busy, setBusy] = useState(false);
  const [note, setNote] = useState("");
  const [count, setCount] = useState<ScanAnswer["venue"]>();
  const [last, setLast] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const recent = useRef(new Recent());
  const latest = useRef("");

  async function send(request: ScanRequest) {
    latest.current = request.scan_id;
    setBusy(true);
    setNote("");
    const got = await decide(event, request);
    if (latest.current !== request.scan_id) {
      // A newer badge is being looked at; only a failure must still be seen.
      if (got.kind !== "failed") return;
    }
    setBusy(false);
    if (got.kind === "signed_out") return props.onSignedOut();
    if (got.kind === "failed") recent.current.forget();
    else {
      if (got.answer.venue) setCount(got.answer.venue);
      setLast(got.kind === "denied" ? undefined : got.answer.scan_id);
    }
    play(got.kind);
    navigator.vibrate?.(got.kind === "admitted" ? 80 : [120, 80, 120]);
    setVerdict(got);
  }

  function take(code: string) {
    const token = code.trim();
    if (!token) return;
    if (input.current) input.current.value = "";
    if (!recent.current.isNew(token)) return setNote(t("scan.same"));
    send(newScan(token, gate.id, direction));
  }

  // The reader's keys arrive wherever the focus is, over a verdict too.
  const takeNow = useRef(take);
  takeNow.current = take;
  useEffect(() => {
    const wedge = new Wedge();
    const press = (e: KeyboardEvent) => {
      if (e.ctrlKey || e.metaKey || e.altKey) return;
      const code = wedge.press(e.key, e.timeStamp);
      if (!code) return;
      e.preventDefault();
      takeNow.current(code);
    };
    addEventListener("keydown", press, true);
    return () => removeEventListener("keydown", press, true);
  }, []);

  const next = useCallback(() => {
    setVerdict(undefined);
    input.current?.focus();
  }, []);

  useEffect(() => input.current?.focus(), []);

  async function takeBack() {
    if (!last) return;
    const answer = await undo(event, last);
    if (answer.kind === "signed_out") return props.onSignedOut();
    if (answer.kind === "ok") {
      setLast(undefined);
      setNote(t("scan.undone"));
      recent.current.forget();
    } else {
      setNote(
        t("scan.not_undone", {
          detail: answer.kind === "refused" ? answer.detail : t("scan.verdict.failed"),
        }),
      );
    }
  }

  const capacity = count?.capacity ?? venue?.capacity ?? 0;
  return (
    <section class="station" aria-busy={busy}>
      <div class="plate">
        <h2>
          <span dir="auto">{local(gate.name, lang)}</span> <b class={direction}>{t(`scan.${direction}`)}</b>
        </h2>
        <p>
          <span dir="auto">{local(venue?.name, lang)}</span>{" "}
          {count && (
            <span class="number">
              {capacity > 0
                ? t("scan.inside_of", { inside: count.inside, capacity })
                : t("scan.inside", { inside: count.inside })}
            </span>
          )}
        </p>
      </div>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          take(input.current?.value ?? "");
        }}
      >
        <label class="field">
          <span>{t("scan.token")}</span>
          <input
            ref={input}
            name="token"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            maxLength={1024}
            aria-describedby="token-hint"
          />
        </label>
        <p class="hint" id="token-hint">
          {t("scan.token_hint")}
        </p>
        <button type="submit" class="main">
          {t("scan.check")}
        </button>
      </form>
      <p class="status" role="status">
        {busy ? t("scan.checking") : note || t("scan.ready")}
      </p>
      <p class="hands">
        <button type="button" onClick={takeBack} disabled={!last}>
          {t("scan.undo")}
        </button>
        <button type="button" onClick={props.onEnd}>
          {t("scan.stop")}
        </button>
      </p>
      {verdict && (
        <VerdictScreen
          verdict={verdict}
          gates={gates}
          categoryName={props.categoryName}
          t={t}
          lang={lang}
          onNext={next}
          onRetry={() => {
            setVerdict(undefined);
            if (verdict.kind === "failed") send(verdict.request);
          }}
        />
      )}
    </section>
  );
}

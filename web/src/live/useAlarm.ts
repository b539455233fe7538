import { useEffect, useState } from "preact/hooks";
import { closeAlarm, openAlarm, soundAlarm, unheard } from "./alarm";

const AGAIN_MS = 10_000;

export interface Alarm {
  /** Full venues that nobody has acknowledged. */
  readonly ringing: readonly string[];
  readonly sounds: boolean;
  readonly setSounds: (on: boolean) => void;
  readonly acknowledge: () => void;
}

export function useAlarm(full: readonly string[], anyTap: boolean): Alarm {
  const [heard, setHeard] = useState<ReadonlySet<string>>(new Set());
  const [sounds, setOn] = useState(false);
  const ringing = unheard(full, heard);

  // A venue that is full no more will ring again when it fills again.
  useEffect(() => {
    const still = [...heard].filter((id) => full.includes(id));
    if (still.length !== heard.size) setHeard(new Set(still));
  }, [full.join()]);

  useEffect(() => {
    if (!sounds || ringing.length === 0) return;
    soundAlarm();
    const timer = setInterval(soundAlarm, AGAIN_MS);
    return () => clearInterval(timer);
  }, [sounds, ringing.join()]);

  function setSounds(on: boolean) {
    if (on) openAlarm();
    else closeAlarm();
    setOn(on);
  }

  // A wall has no button to press: any tap or key there gives it a voice.
  useEffect(() => {
    if (!anyTap) return;
    const give = () => setSounds(true);
    addEventListener("pointerdown", give, { once: true });
    addEventListener("keydown", give, { once: true });
    return () => {
      removeEventListener("pointerdown", give);
      removeEventListener("keydown", give);
    };
  }, [anyTap]);

  return { ringing, sounds, setSounds, acknowledge: () => setHeard(new Set(full)) };
}

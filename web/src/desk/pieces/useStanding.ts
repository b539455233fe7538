import { createContext } from "preact";
import { useContext, useState } from "preact/hooks";

/** Another thing each time that a form was looked through. */
export const Round = createContext<unknown>(undefined);

/**
 * What is wrong with a field, for as long as nobody has changed it since it was
 * said; and what to call when it is changed.
 */
export function useStanding(wrong: string | undefined): [string | undefined, () => void] {
  const round = useContext(Round);
  const [mended, setMended] = useState<unknown>();
  const stands = round === undefined || mended !== round;
  return [stands ? wrong : undefined, () => setMended(round)];
}

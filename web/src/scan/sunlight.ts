// For screens in the sun: black on white, no greys, larger small print. The
// colours stand with all others in tokens.css.
import { remember, remembered } from "./remembered";

const SUN = "sun";

export const inSunlight = (): boolean => document.documentElement.dataset.look === SUN;

export function setSunlight(on: boolean): void {
  const { dataset } = document.documentElement;
  if (on) dataset.look = SUN;
  else delete dataset.look;
  remember("look", on ? SUN : "");
}

/** As it was set the last time on this device. */
export function recallSunlight(): void {
  if (remembered("look") === SUN) setSunlight(true);
}

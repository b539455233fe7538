import type { Work } from "../../work";
export function Intake(_work: Work) {
  return null;
}

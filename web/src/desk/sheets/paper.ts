// What badges are printed on.

export const PAPERS = ["a4", "a6", "label"] as const;

export type Paper = (typeof PAPERS)[number];

/** Cards on one sheet. */
export const CARDS: Readonly<Record<Paper, number>> = { a4: 8, a6: 1, label: 1 };

/** Badges in one print job: what a browser lays out at once, and what is lost if the printer jams. */
export const BATCH = 200;

/** The cards of one sheet after the other. */
export function sheetsOf<T>(cards: readonly T[], paper: Paper): readonly (readonly T[])[] {
  const sheets: T[][] = [];
  for (let i = 0; i < cards.length; i += CARDS[paper]) sheets.push(cards.slice(i, i + CARDS[paper]));
  return sheets;
}

const KEPT = "lanyard.paper";

/** The paper that was chosen on this device last. */
export function keptPaper(): Paper {
  try {
    const kept = localStorage.getItem(KEPT);
    return PAPERS.find((p) => p === kept) ?? "a4";
  } catch {
    return "a4"; // storage may be closed to us
  }
}

export function keepPaper(paper: Paper): void {
  try {
    localStorage.setItem(KEPT, paper);
  } catch {
    // Chosen again next time, then.
  }
}

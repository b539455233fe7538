// A list of the server's of which only a window is known: the pages that were
// in view, fetched one after the other as they come into it.
import type { Answer } from "../../server/client";
import type { Items } from "../../server/shapes";

/** People a page. */
export const PAGE = 100;

/** Pages that are kept: 10,000 people, however far one scrolls. */
const KEEP = 100;

export interface Found<T> extends Items<T> {
  /** How many match, where that was asked for. */
  readonly total?: number;
}

interface Source<T> {
  /** Asks for a page from an index on, and for the total with the first one. */
  readonly ask: (from: number, withTotal: boolean) => Promise<Answer<Found<T>>>;
  readonly onChange: () => void;
  readonly onTrouble: (trouble: Exclude<Answer<unknown>, { kind: "ok" }>) => void;
}

export class ListWindow<T> {
  /** How many there are; undefined until the first answer. */
  total: number | undefined;
  private readonly pages = new Map<number, readonly T[]>();
  private wanted = { first: 0, last: 0 };
  private busy = false;
  private closed = false;

  constructor(private readonly source: Source<T>) {}

  /** Undefined while it is being fetched. */
  at(index: number): T | undefined {
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Sees to it that these are fetched, before any that are out of view again. */
  async want(from: number, to: number): Promise<void> {
    this.wanted = { first: Math.floor(from / PAGE), last: Math.floor(Math.max(from, to) / PAGE) };
    if (this.busy) return;
    this.busy = true;
    for (let page = this.missing(); page !== undefined && !this.closed; page = this.missing()) {
      const answer = await this.source.ask(page * PAGE, this.total === undefined);
      if (this.closed) return;
      if (answer.kind !== "ok") {
        this.source.onTrouble(answer);
        break; // asked again when one scrolls on
      }
      this.total = answer.value.total ?? this.total ?? 0;
      this.keep(page, answer.value.items);
      this.source.onChange();
    }
    this.busy = false;
  }

  /** Shows one of them as it is now. */
  put(one: T, same: (other: T) => boolean): void {
    for (const [page, items] of this.pages)
      if (items.some(same))
        this.pages.set(
          page,
          items.map((other) => (same(other) ? one : other)),
        );
    this.source.onChange();
  }

  /** Answers that are still to come go nowhere. */
  close(): void {
    this.closed = true;
  }

  private missing(): number | undefined {
    if (this.total === undefined) return 0;
    const end = Math.ceil(this.total / PAGE);
    for (let page = this.wanted.first; page <= this.wanted.last && page < end; page++)
      if (!this.pages.has(page)) return page;
    return undefined;
  }

  private keep(page: number, items: readonly T[]): void {
    this.pages.set(page, items);
    for (const old of this.pages.keys()) {
      if (this.pages.size <= KEEP) return;
      if (old < this.wanted.first || old > this.wanted.last) this.pages.delete(old);
    }
  }
}

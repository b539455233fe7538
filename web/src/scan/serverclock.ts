// The server's clock as a phone knows it, whose own may be hours off.

/** An answer that took longer says too little of when it was given, in ms. */
const LONGEST_MS = 2000;
/** A clock that lags by more has been set back, in ms. */
const SET_BACK_MS = 5000;

export class ServerClock {
  /** The server's clock less ours, in ms. */
  ahead = 0;
  /** When this page's own time began, by the server's clock. */
  #began = Number.NEGATIVE_INFINITY;

  /** Ours gives ms since 1970, right or wrong. */
  constructor(readonly ours: () => number) {}

  /**
   * Now, in ms since 1970. Somebody may set the phone's clock back in mid-shift:
   * the time since the page was opened, which only stands still while the phone
   * sleeps, is never ahead of the truth.
   */
  time(): number {
    const byClock = this.ours() + this.ahead;
    const byPage = performance.now() + this.#began;
    return byClock < byPage - SET_BACK_MS ? byPage : byClock;
  }

  /** The server said what time it is (RFC 3339) to what was asked at our time. */
  set(at: string, asked: number): void {
    const came = this.ours();
    const server = Date.parse(at);
    if (Number.isNaN(server) || came - asked > LONGEST_MS) return;
    this.ahead = Math.round(server - (asked + came) / 2);
    this.#began = came + this.ahead - performance.now();
  }
}

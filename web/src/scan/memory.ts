// What a restart finds again on this phone: who was on shift, and what they
// knew. The shelf is one for the page.
import type { Memory, Seat } from "../session/Staff";
import { openShelf } from "./disk";
import type { Shelf } from "./shelf";

let opened: Promise<Shelf> | undefined;

export const shelf = (): Promise<Shelf> => {
  opened ??= openShelf();
  return opened;
};

export const memory: Memory = {
  recall: async () => (await shelf()).kept<Seat>("me").catch(() => undefined),
  remember: async (seat) => {
    const on = await shelf();
    const before = await on.kept<Seat>("me").catch(() => undefined);
    // Another operator has other gates: what was known doesn't fit them.
    if (before && before.me.id !== seat.me.id) await on.wipe().catch(() => {});
    await on.keep("me", seat);
  },
  forget: async () => {
    await (await shelf()).wipe().catch(() => {});
  },
  waiting: async (event) => (await shelf()).count(event).catch(() => 0),
};

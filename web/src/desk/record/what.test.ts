import { expect, test } from "vitest";
import type { Row } from "../../server/shapes";
import { what } from "./what";
import { recordSay } from "./words";

const row = (fields: Partial<Row>): Row => ({
  seq: 1,
  kind: "scan",
  at: "2026-11-07T01:00:00.000Z",
  recorded_at: "2026-11-07T01:00:00.000Z",
  prev: "",
  hash: "",
  ...fields,
});

test.each([
  [{ result: "admitted" }, "Let in", ""],
  [{ result: "denied", reason: "venue_full" }, "Refused", "venue full"],
  [
    { result: "admitted", forced: true, reason: "venue_full", why: "speaker" },
    "Let in by override",
    "venue full · speaker",
  ],
  [
    { result: "admitted", conflict: "revoked", offline: true },
    "Let in offline against the rules",
    "badge revoked · offline",
  ],
  [{ kind: "undo", result: "admitted" }, "Scan taken back", "Let in"],
  [{ kind: "exit", note: "auto_exit" }, "Checked out", "at the closing hour"],
  [{ kind: "badge", note: "revoked", why: "lost" }, "Badge revoked", "lost"],
  [{ kind: "roster", subject: "attendees/12", note: "put" }, "12 entries of the roster written", ""],
  [{ kind: "roster", subject: "attendees/1", note: "put" }, "1 entry of the roster written", ""],
  [{ kind: "roster", subject: "attendee/x", note: "created" }, "Person registered", ""],
  [{ kind: "config", subject: "venue/main", note: "drop" }, "Venue removed", "main"],
  [{ kind: "scan", result: "denied", reason: "of_tomorrow" }, "Refused", "of_tomorrow"],
] as const)("%o", (fields, title, more) => {
  const said = what(row(fields), recordSay("en"), "en");
  expect([said.title, said.more]).toEqual([title, more]);
  expect(what(row(fields), recordSay("zh"), "zh").title).not.toBe(said.title);
});

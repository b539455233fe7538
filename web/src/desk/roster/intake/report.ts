// What became of a roster file, and its refused rows as a table to take along.
import { FIELDS } from "./columns";
import type { IntakeSay } from "./words";

export interface RowError {
  readonly row: number;
  readonly field: string;
  readonly code: string;
  readonly about?: string;
  readonly message: string;
}

export interface Report {
  readonly id: string;
  readonly state: "running" | "done" | "failed";
  readonly rows: number;
  /** Rows that need no more work. */
  readonly done: number;
  readonly accepted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly errors: readonly RowError[];
  readonly errors_omitted?: number;
  readonly code?: string;
  readonly detail?: string;
}

export const added = (r: Report) => r.accepted - r.updated - r.unchanged;

const CODES = [
  "missing",
  "too_long",
  "damaged",
  "shortened",
  "unknown",
  "repeated",
  "shape",
  "not_stored",
] as const;
export function fieldTitle(field: string, t: IntakeSay): string {
  const known = FIELDS.find((f) => f === field);
  return known ? t(`intake.field.${known}`) : field;
}

/** Why a row is refused, in the reader's language. */
export function reasonOf(error: RowError, t: IntakeSay): string {
  const code = CODES.find((c) => c === error.code);
  return code ? t(`intake.reason.${code}`, { about: error.about ?? "" }) : error.message;
}

/** RFC 4180, safe against cells that a spreadsheet takes for formulas. */
export function refusedCSV(report: Report, t: IntakeSay): string {
  const lines = [
    [t("intake.row"), t("intake.column"), t("intake.why")],
    ...report.errors.map((e) => [String(e.row), fieldTitle(e.field, t), reasonOf(e, t)]),
  ];
  return lines.map((line) => `${line.map(cell).join(",")}\r\n`).join("");
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

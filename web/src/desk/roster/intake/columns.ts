// Which column of a roster file holds what.

/** What a column can hold, in the order of the choice. */
export const FIELDS = [
  "ref",
  "name",
  "first_name",
  "last_name",
  "name_latin",
  "organization",
  "delegation",
  "category",
  "email",
  "phone",
  "locale",
] as const;

export type Field = (typeof FIELDS)[number];

/** What a roster file looks like, as the server read it. */
export interface Preview {
  readonly format: "csv" | "xlsx";
  readonly encoding?: string;
  readonly sheet?: string;
  readonly sheets?: readonly string[];
  readonly header_row: number;
  readonly rows: number;
  readonly columns: readonly {
    readonly column: number;
    readonly header: string;
    readonly field?: string;
    readonly samples: readonly string[];
  }[];
}

/** The field of each column by its number; columns that are left out are missing. */
export type Match = Readonly<Record<number, Field>>;

const isField = (name: string | undefined): name is Field => FIELDS.some((f) => f === name);

export function matchOf(preview: Preview): Match {
  const match: Record<number, Field> = {};
  for (const { column, field } of preview.columns) if (isField(field)) match[column] = field;
  return match;
}

/** The match with a column holding something else; no two hold the same. */
export function rematch(match: Match, column: number, field: string): Match {
  const others = Object.entries(match).filter(([n, f]) => Number(n) !== column && f !== field);
  return Object.fromEntries(isField(field) ? [...others, [column, field]] : others);
}

export type Problem = "no_rows" | "no_ref" | "no_name" | "no_category";

/** Why the file can't be taken in like this. */
export function problemsOf(preview: Preview, match: Match, category: string): readonly Problem[] {
  const held = new Set(Object.values(match));
  const problems: Problem[] = [];
  if (preview.rows === 0) problems.push("no_rows");
  if (!held.has("ref")) problems.push("no_ref");
  if (!held.has("name") && !held.has("first_name") && !held.has("last_name")) problems.push("no_name");
  if (!held.has("category") && !category) problems.push("no_category");
  return problems;
}

/** How the file is to be read, beside which column holds what. */
export interface Reading {
  readonly sheet?: string | undefined;
  readonly headerRow?: number | undefined;
}

export function readingQuery({ sheet, headerRow }: Reading): URLSearchParams {
  return new URLSearchParams({
    ...(sheet ? { sheet } : {}),
    ...(headerRow ? { header_row: String(headerRow) } : {}),
  });
}

/** The query of an import: every field is said, so that none is guessed again. */
export function importQuery(
  preview: Preview,
  match: Match,
  category: string,
  dryRun: boolean,
): URLSearchParams {
  const query = readingQuery({ sheet: preview.sheet, headerRow: preview.header_row });
  for (const field of FIELDS) {
    const column = Object.keys(match).find((n) => match[Number(n)] === field);
    query.append("column", `${field}:${column ?? ""}`);
  }
  if (category) query.append("category", category);
  query.append("dry_run", String(dryRun));
  return query;
}

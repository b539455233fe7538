import { expect, test } from "vitest";
import { importQuery, matchOf, type Preview, problemsOf, rematch } from "./columns";
import { type Report, refusedCSV } from "./report";
import { intakeSay } from "./words";

const preview: Preview = {
  format: "csv",
  header_row: 2,
  rows: 3,
  columns: [
    { column: 1, header: "Nr", samples: ["1"] },
    { column: 2, header: "Name", field: "name", samples: ["Li"] },
    { column: 3, header: "Kind", field: "category", samples: ["vip"] },
    { column: 4, header: "Title", samples: [] },
  ],
};

test("what is missing is named until it is chosen", () => {
  let match = matchOf(preview);
  expect(problemsOf(preview, match, "")).toEqual(["no_ref"]);
  match = rematch(match, 1, "ref");
  expect(problemsOf(preview, match, "")).toEqual([]);
  match = rematch(match, 3, "");
  expect(problemsOf(preview, match, "")).toEqual(["no_category"]);
  expect(problemsOf(preview, match, "vip")).toEqual([]);
  match = rematch(match, 2, "");
  expect(problemsOf({ ...preview, rows: 0 }, match, "vip")).toEqual(["no_rows", "no_name"]);
  expect(problemsOf(preview, rematch(match, 4, "last_name"), "vip")).toEqual([]);
});

test("a field chosen for a second column leaves the first", () => {
  expect(rematch(matchOf(preview), 4, "name")).toEqual({ 3: "category", 4: "name" });
  expect(rematch(matchOf(preview), 4, "no such field")).toEqual(matchOf(preview));
});

test("the import says every field, so that none is guessed again", () => {
  const query = importQuery(preview, rematch(matchOf(preview), 1, "ref"), "vip", true);
  expect(query.getAll("column")).toEqual([
    "ref:1",
    "name:2",
    "first_name:",
    "last_name:",
    "name_latin:",
    "organization:",
    "delegation:",
    "category:3",
    "email:",
    "phone:",
    "locale:",
  ]);
  expect([query.get("header_row"), query.get("category"), query.get("dry_run")]).toEqual([
    "2",
    "vip",
    "true",
  ]);
});

test("refused rows are told in the reader's language, and as no formula", () => {
  const report: Report = {
    id: "x",
    state: "done",
    rows: 9,
    done: 9,
    accepted: 6,
    updated: 0,
    unchanged: 0,
    refused: 3,
    errors: [
      { row: 4, field: "category", code: "unknown", about: "king, queen", message: "no" },
      { row: 7, field: "name", code: "missing", message: "no" },
      { row: 8, field: "x", code: "new", message: "=1+1" },
    ],
  };
  expect(refusedCSV(report, intakeSay("en"))).toBe(
    "Row,Column,What is wrong\r\n" +
      '4,Category,"The event has no category “king, queen”."\r\n' +
      "7,Name,It is missing.\r\n" +
      "8,x,'=1+1\r\n",
  );
  expect(refusedCSV(report, intakeSay("zh"))).toContain("7,姓名,未填写。");
});

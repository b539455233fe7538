import { expect, test } from "vitest";
import { ListWindow, PAGE } from "./window";

/** A roster of numbers, whose answers come when they are let. */
function roster(total: number) {
  const asked: number[] = [];
  const troubles: string[] = [];
  let broken = false;
  const list = new ListWindow<number>({
    ask: async (from, withTotal) => {
      asked.push(from);
      if (broken) return { kind: "unavailable", retryAfterMs: undefined };
      const items = Array.from({ length: Math.min(PAGE, total - from) }, (_, i) => from + i);
      return { kind: "ok", value: { items, ...(withTotal ? { total } : {}) } };
    },
    onChange: () => {},
    onTrouble: (t) => troubles.push(t.kind),
  });
  return {
    list,
    asked,
    troubles,
    breakIt: (is: boolean) => {
      broken = is;
    },
  };
}

test("only what is in view is fetched, and once", async () => {
  const { list, asked } = roster(100_000);
  expect(list.total).toBeUndefined();
  await list.want(0, 30);
  await list.want(2, 35);
  expect(list.total).toBe(100_000);
  await list.want(54_290, 54_330);
  expect(asked).toEqual([0, 54_200, 54_300]);
  expect(list.at(54_321)).toBe(54_321);
  expect(list.at(60_000)).toBeUndefined();
});

test("what was passed over while an answer was on its way is not fetched", async () => {
  const { list, asked } = roster(100_000);
  const first = list.want(0, 30);
  for (let from = 100; from < 90_000; from += 100) list.want(from, from + 30);
  await first;
  expect(asked).toEqual([0, 89_900]);
});

test("however far one scrolls, what is kept stays bounded", async () => {
  const { list, asked } = roster(100_000);
  for (let from = 0; from < 100_000; from += PAGE) await list.want(from, from + 10);
  await list.want(0, 10);
  expect(asked.at(-1)).toBe(0);
  expect(list.at(99_999)).toBe(99_999);
  expect(list.at(50_000)).toBeUndefined();
});

test("after trouble it is asked again when one scrolls on", async () => {
  const { list, troubles, breakIt } = roster(500);
  breakIt(true);
  await list.want(0, 10);
  expect(troubles).toEqual(["unavailable"]);
  expect(list.total).toBeUndefined();
  breakIt(false);
  await list.want(0, 10);
  expect(list.at(7)).toBe(7);
});

test("one that changed is shown as it is now", async () => {
  const { list } = roster(10);
  await list.want(0, 10);
  list.put(-3, (n) => n === 3);
  expect([2, 3, 4].map((i) => list.at(i))).toEqual([2, -3, 4]);
});

test("an empty roster is known to be empty", async () => {
  const { list, asked } = roster(0);
  await list.want(0, 0);
  expect(list.total).toBe(0);
  await list.want(0, 0);
  expect(asked).toEqual([0]);
});

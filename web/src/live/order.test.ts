import { describe, expect, it } from "vitest";
import { arrange, columns, type Place } from "./order";

const venue = (id: string, inside: number, capacity = 100) => ({ id, inside, capacity });
const ids = (places: readonly Place[]) => places.map((p) => p.id).join("");

describe("arrange", () => {
  const first = arrange(
    [],
    [venue("a", 10), venue("b", 92), venue("c", 80), venue("d", 100), venue("e", 50)],
  );

  it("puts the urgent first, and among equals the fuller", () => {
    expect(ids(first)).toBe("dbcea");
  });
  it("moves nobody while nobody changes state, however full they get", () => {
    const next = arrange(first, [
      venue("a", 74),
      venue("b", 90),
      venue("c", 89),
      venue("d", 130),
      venue("e", 0),
    ]);
    expect(next).toBe(first);
  });
  it("moves only who changed state: up to the end of the urgent, down to the front of the calm", () => {
    const risen = arrange(first, [
      venue("a", 76),
      venue("b", 92),
      venue("c", 75),
      venue("d", 100),
      venue("e", 50),
    ]);
    expect(ids(risen)).toBe("dbcae");
    const fallen = arrange(risen, [
      venue("a", 76),
      venue("b", 92),
      venue("c", 75),
      venue("d", 70),
      venue("e", 50),
    ]);
    expect(ids(fallen)).toBe("bcade");
  });
  it("does not sway with a venue around its threshold", () => {
    const still = [venue("a", 10), venue("b", 89), venue("c", 74), venue("d", 99), venue("e", 50)];
    expect(arrange(first, still)).toBe(first);
  });
  it("takes venues in and out", () => {
    const fewer = arrange(first, [venue("a", 10), venue("d", 100)]);
    expect(ids(fewer)).toBe("da");
    expect(ids(arrange(fewer, [venue("a", 10), venue("d", 100), venue("z", 95)]))).toBe("dza");
  });
  it("never finds one without a limit urgent", () => {
    expect(ids(arrange([], [venue("a", 5000, 0), venue("b", 75)]))).toBe("ba");
  });
});

it.each([
  [1, 1920, 1000, 1],
  [7, 1920, 900, 4],
  [50, 1920, 1000, 9],
  [50, 360, 700, 5],
  [0, 1920, 1000, 1],
])("%i tiles on %i x %i stand in %i columns", (n, width, height, want) => {
  expect(columns(n, width, height)).toBe(want);
});

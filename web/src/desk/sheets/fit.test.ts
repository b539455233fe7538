import { expect, test } from "vitest";
import { extent, lineSize, nameSize } from "./fit";

test("letters are counted as they take room", () => {
  expect(extent("李明")).toEqual({ total: 4, longest: 0 });
  expect(extent("Ming Li")).toEqual({ total: 7, longest: 4 });
  expect(extent("สมชาย")).toEqual({ total: 5, longest: 5 }); // no marks in it
  expect(extent("ที่นั่ง").total).toBe(3); // seven code points, four of them marks
  expect(extent("")).toEqual({ total: 0, longest: 0 });
});

test("names shrink by steps, the longest word deciding, too", () => {
  expect(nameSize("李明")).toBe("large");
  expect(nameSize("Alexandra Konstantinopoulou")).toBe("middle");
  expect(nameSize("Wolfeschlegelsteinhausenbergerdorff")).toBe("small");
  expect(nameSize("محمد بن عبد الرحمن بن عبد الله آل سعود الكبير الطويل جدا")).toBe("small");
  expect(nameSize("x ".repeat(60))).toBe("least");
});

test("the longer of two languages sets the size of both", () => {
  expect(lineSize("第二十一届国际人才交流大会", "CIEP")).toBe("large");
  expect(lineSize("会", "The 21st Conference on International Exchange of Professionals")).toBe("middle");
});

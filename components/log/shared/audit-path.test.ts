import { describe, expect, test } from "vitest";
import { auditPath } from "./audit-path";

describe("the path from an entry to the root", () => {
  test("the path is empty for a log of one entry: its leaf is the root", () => {
    expect(auditPath(0, 1)).toEqual([]);
  });
  test("the path lists each sibling with its side and the entries it covers, leaf first", () => {
    expect(auditPath(4, 7)).toEqual([
      { side: "right", sibling: { from: 5, to: 6 }, node: { from: 4, to: 6 } },
      { side: "right", sibling: { from: 6, to: 7 }, node: { from: 4, to: 7 } },
      { side: "left", sibling: { from: 0, to: 4 }, node: { from: 0, to: 7 } },
    ]);
  });
  test("the path covers the whole log without a gap, for every entry of every log up to 64", () => {
    for (let size = 1; size <= 64; size++)
      for (let index = 0; index < size; index++) {
        let { from, to } = { from: index, to: index + 1 };
        for (const { side, sibling, node } of auditPath(index, size)) {
          expect(side === "left" ? sibling.to : sibling.from).toBe(side === "left" ? from : to);
          from = Math.min(from, sibling.from);
          to = Math.max(to, sibling.to);
          expect(node).toEqual({ from, to });
        }
        expect({ from, to }).toEqual({ from: 0, to: size });
      }
  });
});

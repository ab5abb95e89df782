import { describe, expect, test } from "vitest";
import { readFilters } from "./read-filters";

const read = (query: string) =>
  readFilters(`https://ca.example.com/audit/export?${query}`, ["format"]);

describe("the filters in the address of an export or a stream", () => {
  test("are those of the list, without its own parameters", () => {
    expect(read("outcome=denied&format=csv&cursor=desc-1&limit=9&order=asc&q=two%20words")).toEqual(
      {
        query: { outcome: "denied", q: "two words" },
        problem: null,
      },
    );
  });

  test.each([
    ["outcome=denied&outcome=success", /^outcome: Given more than once\.$/],
    ["outcome=maybe", /outcome/],
    ["targt=crt_1", /targt/],
    ["from=2026-01-03&to=2026-01-02", /to: The end is before the start\./],
    ["q=plan%20b", /q: .*Too short: b\./],
    ["q=--", /q: Enter at least one word/],
    [`q=${encodeURIComponent("日".repeat(84))}`, /q: Enter at most 251 bytes/],
    ["period=24h", /period/],
  ])("%s is refused, and it is said why", (query, problem) => {
    expect(read(query)).toEqual({ query: null, problem: expect.stringMatching(problem) });
  });
});

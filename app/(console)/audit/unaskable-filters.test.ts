import { describe, expect, test } from "vitest";
import { withoutUnaskable } from "./unaskable-filters";

const now = new Date("2026-11-29T12:00:00Z");
const check = (query: Parameters<typeof withoutUnaskable>[0]["query"]) =>
  withoutUnaskable({ query, problems: [] }, now);

describe("filters of the audit log's page that can't be asked for", () => {
  test.each([
    [{ from: "2026-01-03", to: "2026-01-02" }, "to", /The end is before the start/],
    [{ period: "24h", to: "2020-01-01" }, "to", /The end is before the start/],
    [{ period: "last-month", from: "2026-11-15" }, "from", /The start is after the end/],
    [{ q: "plan b" }, "q", /Too short: b/],
    [{ q: "-" }, "q", /at least one word/],
    [{ q: "日".repeat(84) }, "q", /at most 251 bytes/],
  ] as const)("%j: %s is ignored with a warning", (query, name, message) => {
    const { query: left, problems } = check(query);
    expect(problems).toEqual([
      {
        name,
        value: (query as Record<string, string>)[name],
        message: expect.stringMatching(message),
      },
    ]);
    expect(left).toEqual({ ...query, [name]: undefined });
  });

  test("each is named if several can't be asked for", () => {
    const { problems } = check({ from: "2026-01-03", to: "2026-01-02", q: "x" });
    expect(problems.map(({ name }) => name)).toEqual(["to", "q"]);
  });

  test.each([
    [{}],
    [{ q: "" }],
    [{ q: "e\u0301té" }],
    [{ from: "2026-01-02", to: "2026-01-02" }],
    [{ period: "last-month", from: "2026-10-15" }],
    [{ from: "yesterday", to: "2026-01-02" }],
  ] as const)("%j stays as it is", (query) => {
    expect(check(query)).toEqual({ query, problems: [] });
  });
});

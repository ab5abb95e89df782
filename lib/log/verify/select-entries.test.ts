import { describe, expect, test } from "vitest";
import type { EntryQuery } from "@/lib/log/schema";
import { makeSampleEntry, type SampleEntry } from "@/testing/log/index-sample";
import { type Check, makeCheckResults } from "./report";
import { makeEntrySelector } from "./select-entries";

const entries = Array.from({ length: 400 }, (_none, n) => makeSampleEntry(n));

function select(query: EntryQuery, skipped = 0): Check {
  const checks = makeCheckResults();
  const selector = makeEntrySelector(checks, query);
  for (const [seq, entry] of entries.entries()) selector.add(seq, JSON.stringify(entry));
  selector.add(entries.length, null);
  selector.finish({ skipped: () => skipped });
  return checks.all().find(({ name }) => name === "select")!;
}

describe("the entries of a whole export that match a filter", () => {
  test.each<[EntryQuery, (entry: SampleEntry) => boolean]>([
    [{ outcome: "denied" }, ({ outcome }) => outcome === "denied"],
    [{ action: "certificate." }, ({ action }) => action.startsWith("certificate.")],
    [{ reads: "only" }, ({ action }) => action === "certificate.read"],
    [
      { ip: "10.1.0.0/16", outcome: "denied" },
      ({ origin, outcome }) => outcome === "denied" && (origin.ip?.startsWith("10.1.") ?? false),
    ],
    [{ target: "idn_3" }, ({ target }) => target?.id === "idn_3"],
    [
      { from: "2026-11-01T12:00:00Z", to: "2026-11-01" },
      ({ ts }) => ts >= "2026-11-01T12:00:00" && ts < "2026-11-02",
    ],
  ])("%j", (query, matches) => {
    const numbers = entries.flatMap((entry, seq) => (matches(entry) ? [seq] : []));
    const { state, says } = select(query);
    const list = numbers.length === 0 ? "." : `: ${numbers.join(", ")}.`;
    expect(state).toBe("passed");
    // What is not text has the time of the entry before it, and is an action.
    const stray = says.replace(/, 400\.$/, ".").replace(/^\d+ /, "");
    expect(stray).toMatch(new RegExp(`^of 401 entries match .*${list.replaceAll(".", "\\.")}$`));
  });

  test("are not named from a file without some of the entries, or for a filter that is none", () => {
    expect(select({ outcome: "denied" }, 3)).toMatchObject({ state: "not-checked" });
    expect(() => select({ outcome: "nothing" } as unknown as EntryQuery)).toThrow(/Invalid filter/);
    expect(() => select({ other: "x" } as unknown as EntryQuery)).toThrow(/Invalid filter/);
  });
});

import { describe, expect, test } from "vitest";
import { matchEntries, orderGroups, rankOf } from "./match-entries";
import type { PaletteEntry } from "./palette-types";

const entry = (label: string, hint?: string, group = "Actions"): PaletteEntry => ({
  id: label,
  group,
  label,
  hint,
  href: "/",
});
const commands = [
  entry("Issue certificate", "From a certificate signing request (CSR)"),
  entry("Verify the audit log", "Checkpoint, witnesses, last verification"),
  entry("Run a tamper drill", "Simulated attacks on a copy of the log"),
  entry("Dark theme"),
];
const labels = (query: string) => matchEntries(commands, query).map(({ label }) => label);

describe("a command is found", () => {
  test.each([
    ["issue", ["Issue certificate"]],
    ["cert iss", ["Issue certificate"]],
    ["log", ["Verify the audit log", "Run a tamper drill"]],
    ["DARK", ["Dark theme"]],
    ["csr", ["Issue certificate"]],
  ])("by the beginnings of its words: %s", (query, expected) => {
    expect(labels(query)).toEqual(expected);
  });

  test.each(["revoke", "ssue", "issue drill", "?"])("but not by anything else: %s", (query) => {
    expect(labels(query)).toEqual([]);
  });

  test("without a query there are all, in their order", () => {
    expect(labels(" ")).toEqual(commands.map(({ label }) => label));
  });
});

describe("what is found is ordered", () => {
  test("the same name is better than its beginning, a word of it, the beginning of a word, and anything else", () => {
    const labels = ["payments-api", "PAYMENTS", "api payments", "my paymentsystem", "billing"];
    expect(labels.map((label) => rankOf({ label }, "payments"))).toEqual([1, 0, 2, 3, 4]);
    const mention = { label: "used from 127.0.0.1" };
    expect(rankOf({ label: "Entry 12" }, "12")).toBeLessThan(rankOf(mention, "12"));
  });

  test.each([
    ["its number", "12", "12"],
    ["its number in groups", "1234567", "1,234,567"],
    ["its serial in groups", "7e9503a1d4a3b6f3", "7E:95:03:A1 D4A3 b6f3"],
    ["its address in other case", "ops@example.com", "Ops@Example.com"],
  ])("what %s names is as good as the same name, and comes before a word of a name", (_, is, q) => {
    const named = { ...entry("Entry"), exact: [is] };
    expect(rankOf(named, q)).toBe(0);
    const other = entry(`alarm-${q}-10c45eff.example.com`, "", "Certificates");
    expect(orderGroups([[other], [named]], q).map(({ label }) => label)).toEqual([
      "Entry",
      other.label,
    ]);
  });

  test.each(["1", "123", "112", "2"])("a part of a number doesn't name its entry: %s", (q) => {
    expect(rankOf({ ...entry("Entry 12"), exact: ["12"] }, q)).toBeGreaterThan(0);
  });

  test("the group with the exact name comes first, and the name first in it", () => {
    const found = orderGroups(
      [
        [entry("search", "", "Certificates"), entry("payments-api", "", "Certificates")],
        [],
        [entry("other payments", "", "Identities"), entry("payments", "", "Identities")],
      ],
      "payments",
    );
    expect(found.map(({ label }) => label)).toEqual([
      "payments",
      "other payments",
      "payments-api",
      "search",
    ]);
  });
});

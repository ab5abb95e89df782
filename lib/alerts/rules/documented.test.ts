import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ruleNames } from "@/lib/alerts/schema";
import { allRules } from "./all-rules";

const page = readFileSync(join(import.meta.dirname, "../../../docs/alerts.md"), "utf8");
/** The lines of each paragraph joined: the page wraps its prose, the rules don't. */
const unwrap = (text: string) => text.replaceAll(/(?<=\S)\n(?=\S)/g, " ");

test("every rule that has a name is there once, and none besides", () => {
  expect(allRules.map(({ name }) => name).toSorted()).toEqual([...ruleNames].toSorted());
});

describe("the page about alerts says what ships", () => {
  test.each(allRules.map((rule) => [rule.name, rule] as const))(
    "of %s",
    (_, { name, title, severity, explanation, quietBecause, values }) => {
      const section = unwrap(
        page.split("\n### ").find((part) => part.startsWith(`${title}\n`)) ?? "",
      );
      expect(section).toContain(`\`${name}\`, ${severity}. ${explanation}`);
      expect(section).toContain(`_Quiet because:_ ${quietBecause}`);
      for (const { label, unit, defaultValue } of values)
        expect(section).toContain(`- ${label}: ${defaultValue} ${unit}`);
    },
  );

  test.each(
    allRules.flatMap((rule) =>
      rule.values.map((value) => [`${rule.name} ${value.key}`, value] as const),
    ),
  )("the default value of %s is within its bounds", (_, { defaultValue, min, max }) => {
    expect(defaultValue).toBeGreaterThanOrEqual(min);
    expect(defaultValue).toBeLessThanOrEqual(max);
  });
});

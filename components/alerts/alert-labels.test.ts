import { describe, expect, test } from "vitest";
import { ruleNames } from "@/lib/alerts/schema";
import { ruleGroups, subjectName, subjectKindLabel } from "./alert-labels";

describe("labels of alerts", () => {
  test("every rule is in exactly one group, so that none is missing on the page", () => {
    expect(ruleGroups.flatMap(({ rules }) => rules).toSorted()).toEqual([...ruleNames].toSorted());
  });
  test("a subject without a name is shown by its id", () => {
    expect(subjectName({ kind: "network", id: "198.51.100.0/24", label: "" })).toBe(
      "198.51.100.0/24",
    );
  });
  test("an unknown kind of subject gets a readable label", () => {
    expect(subjectKindLabel("gateway")).toBe("Gateway");
  });
});

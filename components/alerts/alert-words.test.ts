import { describe, expect, it } from "vitest";
import { ruleNames } from "@/lib/alerts/schema";
import { ruleGroups, subjectName, subjectWord } from "./alert-words";

describe("the words of alerts", () => {
  it("put every rule into exactly one group, so that none is left off the page", () => {
    expect(ruleGroups.flatMap(({ rules }) => rules).toSorted()).toEqual([...ruleNames].toSorted());
  });
  it("call a subject without a name by its id", () => {
    expect(subjectName({ kind: "network", id: "198.51.100.0/24", label: "" })).toBe(
      "198.51.100.0/24",
    );
  });
  it("have a word for a kind that they do not know", () => {
    expect(subjectWord("gateway")).toBe("Gateway");
  });
});

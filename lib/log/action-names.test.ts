import { expect, test } from "vitest";
import { actionGroups, actionLabel } from "./action-names";
import { entryActions } from "./describe-entry";
import { entryQuery } from "./schema";

const choices = actionGroups.flatMap((group) => group.choices);

test("every action has a unique name, and every choice is a valid filter", () => {
  expect(choices.map(({ value }) => value)).toEqual(expect.arrayContaining([...entryActions]));
  expect(new Set(choices.map(({ label }) => label)).size).toBe(choices.length);
  for (const { value } of choices) expect(entryQuery.parse({ action: value })).toBeTruthy();
});

test("an action without a name is shown as it is", () => {
  expect(actionLabel("certificate.revoked")).toBe("Certificate revoked");
  expect(actionLabel("certificate.")).toBe("Certificates: all");
  expect(actionLabel("later.version")).toBe("later.version");
});

import { expect, test } from "vitest";
import { assignOptions, firstChoice, unassigned } from "./assign-options";

const admin = { id: "usr_1", label: "admin@example.com" },
  operator = { id: "usr_2", label: "operator@example.com" },
  former = { id: "usr_3", label: "left@example.com" };

test("the user comes first, then colleagues, then unassigned", () => {
  expect(assignOptions(null, [admin, operator], "usr_2").map(({ label }) => label)).toEqual([
    "Me (operator@example.com)",
    "admin@example.com",
    "Unassigned",
  ]);
});

test("an assignee who can't handle alerts anymore is listed and can't be selected", () => {
  expect(assignOptions(former, [admin], "usr_1")).toContainEqual({
    value: "usr_3",
    label: "left@example.com (can’t handle alerts anymore)",
    disabled: true,
  });
  expect(firstChoice(former, [admin], "usr_1")).toBe("usr_1");
});

test("an actor who is not a user, such as a token, is not offered as the assignee", () => {
  expect(assignOptions(null, [admin], "usr_9").map(({ value }) => value)).toEqual([
    "usr_1",
    unassigned,
  ]);
  expect(firstChoice(null, [admin], null)).toBe(unassigned);
  expect(firstChoice(admin, [admin, operator], "usr_2")).toBe("usr_1");
});

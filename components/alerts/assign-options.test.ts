import { expect, test } from "vitest";
import { assignOptions, firstChoice, nobody } from "./assign-options";

const admin = { id: "usr_1", label: "admin@example.com" },
  operator = { id: "usr_2", label: "operator@example.com" },
  gone = { id: "usr_3", label: "left@example.com" };

test("oneself comes first, then colleagues, then nobody", () => {
  expect(assignOptions(null, [admin, operator], "usr_2").map(({ label }) => label)).toEqual([
    "Me (operator@example.com)",
    "admin@example.com",
    "Nobody",
  ]);
});

test("who has it and may not answer alerts any more is named and cannot be chosen", () => {
  expect(assignOptions(gone, [admin], "usr_1")).toContainEqual({
    value: "usr_3",
    label: "left@example.com (may not answer alerts any more)",
    disabled: true,
  });
  expect(firstChoice(gone, [admin], "usr_1")).toBe("usr_1");
});

test("somebody who is not among them, as a token is, is not offered as oneself", () => {
  expect(assignOptions(null, [admin], "usr_9").map(({ value }) => value)).toEqual([
    "usr_1",
    nobody,
  ]);
  expect(firstChoice(null, [admin], null)).toBe(nobody);
  expect(firstChoice(admin, [admin, operator], "usr_2")).toBe("usr_1");
});

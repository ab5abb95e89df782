import { expect, test } from "vitest";
import { checkName } from "@/lib/keys/check-name";
import { readNames } from "./read-names";

test("names become their canonical form, and one that is entered twice is one", () => {
  const read = readNames(
    checkName,
    [
      { type: "dns", value: "Pay.Example.com" },
      { type: "dns", value: "pay.example.com" },
      { type: "ip", value: "2001:DB8::1" },
    ],
    " Payments ",
  );
  expect(read).toEqual({
    names: {
      commonName: "Payments",
      sans: [
        { type: "dns", value: "pay.example.com" },
        { type: "ip", value: "2001:db8::1" },
      ],
    },
    problems: [null, null, null],
    commonNameProblem: null,
  });
});

test("one wrong name leaves no names at all, and its problem at its own place", () => {
  const read = readNames(
    checkName,
    [
      { type: "dns", value: "pay.example.com" },
      { type: "ip", value: "10.0.0.0/8" },
    ],
    "",
  );
  expect(read.names).toBeNull();
  expect(read.problems).toEqual([null, expect.stringContaining("10.0.0.0/8")]);
});

test("a wrong common name leaves no names either", () => {
  const read = readNames(checkName, [{ type: "dns", value: "pay.example.com" }], "a,b");
  expect(read.names).toBeNull();
  expect(read.commonNameProblem).toContain("a,b");
});

test("without any name there is an empty request, not a wrong one", () => {
  expect(readNames(checkName, [], " ").names).toEqual({ commonName: null, sans: [] });
});

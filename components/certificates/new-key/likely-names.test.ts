import { expect, test } from "vitest";
import type { HeldNameDto } from "@/lib/identities/schema";
import { likelyNames } from "./likely-names";

type Held = Pick<HeldNameDto, "type" | "form" | "value" | "state">;

const held = (type: Held["type"], value: string, rest: Partial<Held> = {}): Held => ({
  type,
  value,
  form: "exact",
  state: "held",
  ...rest,
});
const server = {
  sanTypes: ["dns", "ip"],
  commonName: "optional",
  commonNameFrom: "san",
} as const;
const person = {
  sanTypes: ["email"],
  commonName: "required",
  commonNameFrom: "san-or-identity",
} as const;

test("the exact names and wildcards of types that the profile takes are likely, in their order", () => {
  const names = [
    held("cn", "payments"),
    held("dns", "pay.example.com"),
    held("dns", "*.pay.example.com", { form: "wildcard" }),
    held("uri", "spiffe://example.com/pay"),
    held("ip", "10.0.0.7"),
  ];
  expect(likelyNames({ names }, server)).toEqual({
    names: [
      { type: "dns", value: "pay.example.com" },
      { type: "dns", value: "*.pay.example.com" },
      { type: "ip", value: "10.0.0.7" },
    ],
    commonName: "",
  });
});

test.each([
  held("ip", "10.0.0.0/8", { form: "network" }),
  held("dns", "old.example.com", { state: "reserved" }),
  held("legacy", "dns:x_1.example.com"),
  held("email", "pay@example.com"),
])("a pattern, a reserved name or one of another type is never entered: $type $value", (name) => {
  expect(likelyNames({ names: [name] }, server)).toEqual({ names: [], commonName: "" });
});

test("the identity's own name is its common name only where the profile takes it from there", () => {
  const names = [held("cn", "Ada Example"), held("email", "ada@example.com")];
  expect(likelyNames({ names }, person).commonName).toBe("Ada Example");
  expect(likelyNames({ names }, { ...person, commonNameFrom: "san" }).commonName).toBe(
    "ada@example.com",
  );
  expect(likelyNames({ names }, { ...person, commonName: "optional" }).commonName).toBe("");
  expect(likelyNames({ names }, { ...person, commonName: "forbidden" }).commonName).toBe("");
});

test("of many names at most twenty are entered, and none without an identity", () => {
  const names = Array.from({ length: 300 }, (_none, at) => held("dns", `n${at}.example.com`));
  expect(likelyNames({ names }, server).names).toHaveLength(20);
  expect(likelyNames(null, person)).toEqual({ names: [], commonName: "" });
});

import { describe, expect, test } from "vitest";
import { profileRulesInput } from "@/lib/profiles/schema";
import { rulesOf } from "./profile-input";

function formOf(changes: Readonly<Record<string, string | readonly string[]>> = {}): FormData {
  const form = new FormData();
  const fields: Record<string, string | readonly string[]> = {
    "rules.identityKinds": ["service"],
    "rules.subject.commonNameFrom": "san",
    "rules.keyAlgorithms": ["ecdsa-p256"],
    "rules.validitySecondsDefault": "90 days",
    "rules.validitySecondsMax": "397 days",
    "rules.backdateSeconds": "1 minute",
    "rules.keyUsage": ["digitalSignature"],
    "rules.extendedKeyUsage": ["serverAuth"],
    "rules.subject.commonName": "optional",
    "rules.subject.fixed": "",
    "rules.san.types": ["dns"],
    "rules.san.min": "1",
    "rules.san.max": "10",
    "rules.san.dnsPatterns": "**.example.com\nexample.com",
    "rules.rotationOverlapSeconds": "7 days",
    ...changes,
  };
  for (const [name, value] of Object.entries(fields))
    for (const one of typeof value === "string" ? [value] : value) form.append(name, one);
  return form;
}
const pathsOf = (form: FormData) =>
  profileRulesInput.safeParse(rulesOf(form)).error?.issues.map(({ path }) => path.join(".")) ?? [];

describe("the rules in the profile form", () => {
  test("the rules in the form are read as the schema expects them", () => {
    expect(profileRulesInput.parse(rulesOf(formOf()))).toMatchObject({
      validitySecondsDefault: 7_776_000,
      san: { dnsPatterns: ["**.example.com", "example.com"], wildcards: false },
      identityKinds: ["service"],
      selfService: false,
      subject: { commonNameFrom: "san" },
    });
  });
  test("saving a profile keeps how ACME authorizes names, and adds nothing where nothing is chosen", () => {
    expect(rulesOf(formOf())).not.toHaveProperty("acme");
    const form = formOf({ "rules.acme.challenge": "on", "rules.acme.caa": "on" });
    expect(profileRulesInput.parse(rulesOf(form)).acme).toEqual({
      validation: "challenge",
      caa: true,
    });
  });
  test("a duration without a unit is rejected at its field", () => {
    expect(pathsOf(formOf({ "rules.validitySecondsMax": "397" }))).toEqual(["validitySecondsMax"]);
  });
  test("a fixed attribute without a type is rejected", () => {
    expect(pathsOf(formOf({ "rules.subject.fixed": "Example" }))).toEqual(["subject.fixed.0.type"]);
  });
  test("an invalid DNS pattern is rejected", () => {
    expect(pathsOf(formOf({ "rules.san.dnsPatterns": "ex ample.com" }))).toEqual([
      "san.dnsPatterns.0",
    ]);
  });
  test("an empty number of names is rejected", () => {
    expect(pathsOf(formOf({ "rules.san.min": "" }))).toEqual(["san.min"]);
  });
});

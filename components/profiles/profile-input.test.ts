import { describe, expect, it } from "vitest";
import { profileRulesInput } from "@/lib/profiles/schema";
import { rulesOf } from "./profile-input";

function formOf(changes: Readonly<Record<string, string | readonly string[]>> = {}): FormData {
  const form = new FormData();
  const fields: Record<string, string | readonly string[]> = {
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
  it("are read as the schema wants them", () => {
    expect(profileRulesInput.parse(rulesOf(formOf()))).toMatchObject({
      validitySecondsDefault: 7_776_000,
      san: { dnsPatterns: ["**.example.com", "example.com"], wildcards: false },
      subject: { commonNameInSan: false },
    });
  });
  it("refuse a length of time without a unit, at its field", () => {
    expect(pathsOf(formOf({ "rules.validitySecondsMax": "397" }))).toEqual(["validitySecondsMax"]);
  });
  it("refuse a fixed attribute without a type", () => {
    expect(pathsOf(formOf({ "rules.subject.fixed": "Example" }))).toEqual(["subject.fixed.0.type"]);
  });
  it("refuse a pattern that is none", () => {
    expect(pathsOf(formOf({ "rules.san.dnsPatterns": "ex ample.com" }))).toEqual([
      "san.dnsPatterns.0",
    ]);
  });
  it("refuse an empty number of names", () => {
    expect(pathsOf(formOf({ "rules.san.min": "" }))).toEqual(["san.min"]);
  });
});

import { describe, expect, test } from "vitest";
import { setupInput } from "@/lib/setup/schema";
import {
  defaultValues,
  domainsOfValues,
  errorsUpTo,
  placeErrors,
  requestOf,
  type SetupValues,
} from "./setup-values";

const filled: SetupValues = {
  ...defaultValues,
  organization: "Example",
  adminEmail: "admin@example.com",
  adminPassword: "correct horse battery",
};

describe("what the setup wizard sends", () => {
  test("setup is accepted with only the organization and the administrator filled in", () => {
    expect(setupInput.safeParse(requestOf(filled)).success).toBe(true);
  });
  test("domains are separated by lines, commas or spaces", () => {
    const values = { ...filled, domains: "example.com,\nexample.org  example.net" };
    expect(requestOf(values)).toMatchObject({
      domains: ["example.com", "example.org", "example.net"],
    });
  });
  test("without domains, the domain of the administrator's email address is shown", () => {
    expect(domainsOfValues(filled)).toEqual(["example.com"]);
  });
});

describe("errors of the setup wizard", () => {
  test("errors name only the steps that were reached", () => {
    expect(errorsUpTo(defaultValues, 0)).toEqual({
      errors: { organization: [expect.any(String)] },
      step: 0,
    });
  });
  test("a wildcard or localhost is rejected as a domain", () => {
    for (const domains of ["*", "**.example.com", "localhost", "10.0.0.1", "exa!mple.com"])
      expect(errorsUpTo({ ...filled, domains }, 0).errors.domains).toHaveLength(1);
  });
  test("an email address below localhost asks for the domains", () => {
    const values = { ...filled, adminEmail: "admin@ca.localhost" };
    expect(errorsUpTo(values, 4)).toMatchObject({ errors: { domains: [expect.any(String)] } });
  });
  test("errors lead back to the first step that has one", () => {
    expect(errorsUpTo({ ...filled, organization: "", adminEmail: "nobody" }, 4).step).toBe(0);
  });
  test("an issuing CA that outlives its root CA is rejected at the issuing step", () => {
    expect(errorsUpTo({ ...filled, rootYears: "5", issuingYears: "10" }, 4)).toEqual({
      errors: { issuingYears: [expect.any(String)] },
      step: 3,
    });
  });
  test("a lifetime that is not a number is rejected", () => {
    expect(errorsUpTo({ ...filled, rootYears: "" }, 4).step).toBe(2);
  });
  test("errors find their field under the path of the action and inside a list", () => {
    expect(placeErrors({ "setup.domains.1": ["No name."] })).toEqual({
      errors: { domains: ["No name."] },
      step: 0,
    });
  });
  test("errors without a field are left to the banner", () => {
    expect(placeErrors({ token: ["Wrong."] })).toEqual({ errors: {}, step: null });
  });
});

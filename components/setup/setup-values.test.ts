import { describe, expect, it } from "vitest";
import { setupInput } from "@/lib/setup/schema";
import {
  defaultValues,
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
  it("is accepted with nothing but organisation and administrator written", () => {
    expect(setupInput.safeParse(requestOf(filled)).success).toBe(true);
  });
  it("takes names by line, comma or space", () => {
    expect(
      requestOf({ ...filled, dnsPatterns: "**.example.com,\n*.example.org  example.net" }),
    ).toMatchObject({ dnsPatterns: ["**.example.com", "*.example.org", "example.net"] });
  });
});

describe("errors of the setup wizard", () => {
  it("name only the steps that were reached", () => {
    expect(errorsUpTo(defaultValues, 0)).toEqual({
      errors: { organization: [expect.any(String)] },
      step: 0,
    });
  });
  it("lead back to the first step that has one", () => {
    expect(errorsUpTo({ ...filled, organization: "", adminEmail: "nobody" }, 4).step).toBe(0);
  });
  it("refuse an issuing authority that outlives its root, at the issuing step", () => {
    expect(errorsUpTo({ ...filled, rootYears: "5", issuingYears: "10" }, 4)).toEqual({
      errors: { issuingYears: [expect.any(String)] },
      step: 3,
    });
  });
  it("refuse a lifetime that is no number", () => {
    expect(errorsUpTo({ ...filled, rootYears: "" }, 4).step).toBe(2);
  });
  it("find their field under the action's path and inside a list", () => {
    expect(placeErrors({ "setup.dnsPatterns.1": ["No name."] })).toEqual({
      errors: { dnsPatterns: ["No name."] },
      step: 0,
    });
  });
  it("leave what has no field to the banner", () => {
    expect(placeErrors({ token: ["Wrong."] })).toEqual({ errors: {}, step: null });
  });
});

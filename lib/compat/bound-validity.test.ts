import { expect, test } from "vitest";
import { boundValidity } from "./bound-validity";

const now = new Date("2026-11-30T12:00:00.700Z");
const far = new Date("2036-01-01T00:00:00Z");
const bound = (wanted: Parameters<typeof boundValidity>[0], issuerEnd = far) =>
  boundValidity(wanted, { maxSeconds: 3600, issuerEnd, now });

test("nothing asked leaves it to the profile", () => {
  expect(bound({})).toEqual({ request: {}, warning: null });
});
test("what the profile allows is requested as it was asked", () => {
  expect(bound({ seconds: 3600 })).toEqual({ request: { validitySeconds: 3600 }, warning: null });
  const notAfter = new Date("2026-11-30T12:30:00Z");
  expect(bound({ notAfter }).request).toEqual({ notAfter: "2026-11-30T12:30:00Z" });
});
test("more than the profile allows is cut to its maximum, never refused and never without a word", () => {
  for (const wanted of [{ seconds: 3601 }, { notAfter: new Date("2026-11-30T13:00:00Z") }]) {
    const { request, warning } = bound(wanted);
    expect(request).toEqual({ validitySeconds: 3600 });
    expect(warning).toContain("3600 seconds");
  }
});
test("more than the CA has left is cut to the CA's end", () => {
  const { request, warning } = bound({ seconds: 3000 }, new Date("2026-11-30T12:10:00Z"));
  expect(request).toEqual({ notAfter: "2026-11-30T12:10:00Z" });
  expect(warning).toContain("expires together with the CA");
});
test("an end in the past is left to the decision, which refuses it", () => {
  expect(bound({ notAfter: new Date("2026-11-30T11:00:00Z") }).request).toEqual({
    notAfter: "2026-11-30T11:00:00Z",
  });
});

import { expect, test } from "vitest";
import { facts, opened } from "@/testing/alerts/facts";
import { enrollmentSecretReused } from "./enrollment-secret-reused";

const target = { kind: "enrollment-secret", id: "ens_1", label: "payments" };
const refused = (code: string) =>
  facts({ action: "enrollment-secret.refused", outcome: "denied", code, target });

test.each([
  ["enrollment.secret-spent", "used up"],
  ["enrollment.secret-revoked", "revoked"],
])("a secret that is refused with %s is an alert about the secret", (code, state) => {
  const [alert] = opened(enrollmentSecretReused, [refused(code)]);
  expect(alert).toMatchObject({ severity: "high", subject: target });
  expect(alert?.summary).toMatch(new RegExp(`of payments that is ${state} was used from `));
});

test.each([
  ["enrollment.secret-expired"],
  ["enrollment.secret-network"],
  ["enrollment.secret-profile"],
  ["enrollment.secret-suspended"],
])("a secret that is refused with %s is an entry and no alert", (code) => {
  expect(opened(enrollmentSecretReused, [refused(code)])).toEqual([]);
});
test("a use that is accepted is no alert", () => {
  const used = facts({ action: "enrollment-secret.used", outcome: "success", target });
  expect(opened(enrollmentSecretReused, [used])).toEqual([]);
});

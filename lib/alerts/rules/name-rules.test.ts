import { expect, test } from "vitest";
import { facts, opened } from "@/testing/alerts/facts";
import { namesOverridden } from "./names-overridden";
import { namesUndecided } from "./names-undecided";
import { signerRefused } from "@/lib/alerts/rules/integrity/signer-refused";

const organization = { kind: "organization", id: "org_1", label: "Example" };
const identity = { kind: "identity", id: "idn_1", label: "payments" };

test("names that wait for a decision are one alert about the organization, with both counts", () => {
  const [alert] = opened(namesUndecided, [
    facts({
      action: "names.undecided",
      target: organization,
      details: { unbound: 3, conflicts: 1, binding: "observed" },
    }),
  ]);
  expect(alert).toMatchObject({ severity: "medium", subject: organization });
  expect(alert?.summary).toBe(
    "Names are not enforced: 3 certificates with names that are not held, 1 conflict.",
  );
});

test.each([
  ["identity.names-shared", {}],
  ["identity.names-upgraded", { shares: ["shr_1"] }],
  ["identity.names-released", { onRelease: "free" }],
  ["identity.names-transferred", { onRelease: "free" }],
] as const)("%s that lets two identities have one name is an alert", (action, details) => {
  const [alert] = opened(namesOverridden, [
    facts({ action, target: identity, details: { ...details, names: ["DNS:pay.example.com"] } }),
  ]);
  expect(alert).toMatchObject({ severity: "medium", subject: identity });
  expect(alert?.summary).toContain("DNS:pay.example.com");
});

test.each([
  ["identity.names-released", { onRelease: "reserve" }],
  ["identity.names-transferred", { onRelease: "revoke" }],
  ["identity.names-added", {}],
  ["identity.names-upgraded", {}],
] as const)("%s that leaves a name with one identity is none", (action, details) => {
  const entry = facts({
    action,
    target: identity,
    details: { ...details, names: ["DNS:a.b.example"] },
  });
  expect(opened(namesOverridden, [entry])).toEqual([]);
});

test("what the signer refuses is an alert, but not what a late recovery meets", () => {
  const target = { kind: "certificate", id: "crt_1", label: "crt_1" };
  const refused = (code: string) =>
    opened(signerRefused, [
      facts({ action: "signer.refused", target, reason: "why", details: { code, count: 3 } }),
    ]);
  expect(refused("signer.ceiling")).toMatchObject([
    {
      severity: "high",
      summary: "The signer refused 3 requests (signer.ceiling) for crt_1.",
      surprise: "why",
    },
  ]);
  expect(refused("signer.lifetime")).toEqual([]);
});

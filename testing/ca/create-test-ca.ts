import type { Deps } from "@/lib/runtime/deps";
import { createIdentity } from "@/lib/identities/create-identity";
import { adminActor } from "@/testing/actors";
import { openHarness, type Harness, type HarnessOptions } from "@/testing/harness";

/** The options a test CA was created with. */
export const setupRequest = {
  organization: "Example",
  adminEmail: "admin@example.com",
  adminPassword: "a long password of words",
} as const;

/**
 * A CA whose set-up is complete: a root and an issuing authority, the default profiles, one
 * administrator. It is copied from a template, and nothing numbers its entries in the background.
 */
export const createTestCa = (options: Omit<HarnessOptions, "template"> = {}): Promise<Harness> =>
  openHarness({ sequencer: false, connections: 12, ...options, template: "ca" });

let created = 0;

/** A service to bind certificates to, which holds these DNS names; returns its id. */
export async function createTestIdentity(
  deps: Deps,
  name = `service-${++created}`,
  dnsNames: readonly string[] = [],
): Promise<string> {
  const names = dnsNames.map((value) => ({ type: "dns" as const, value }));
  const input = { kind: "service", name, owner: "team@example.com", note: "", names } as const;
  return (await createIdentity(deps, adminActor(), input)).result.id;
}

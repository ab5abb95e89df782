import { createAccount } from "@/lib/accounts/create-account";
import { updateAccount } from "@/lib/accounts/update-account";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { cancelRotationRequest } from "@/lib/certificates/cancel-rotation-request";
import { requestRotation } from "@/lib/certificates/request-rotation";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import { updateIdentity } from "@/lib/identities/update-identity";
import { makeTestKey } from "@/testing/pki/authorities";
import { getProfile } from "@/lib/profiles/read-profiles";
import { profileChange } from "@/lib/profiles/schema";
import { retireProfile, updateProfile } from "@/lib/profiles/update-profile";
import { createToken } from "@/lib/tokens/create-token";
import { revokeToken } from "@/lib/tokens/revoke-token";
import { adminActor, system } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";
import { makeCsr } from "@/testing/ca/requests";
import { reconcile } from "@/lib/log/reconcile/reconcile";
import type { Deps } from "@/lib/runtime/deps";

const admin = adminActor();

/** A CA whose log holds every kind of change that reconciliation follows. */
export type ReconciledCa = Readonly<{
  harness: Harness;
  identity: string;
  account: string;
  token: string;
  /** Ids by what happened to them: "issued", "held", "released", "revoked" … */
  certificates: Readonly<Record<string, string>>;
}>;

export async function createReconciledCa(): Promise<ReconciledCa> {
  const harness = await createTestCa();
  const { deps } = harness;
  const identity = await createTestIdentity(deps);
  const certificates = await makeCertificates(deps, identity);
  const account = await makeAccount(deps);
  const token = await makeToken(deps);
  await changeIdentityAndProfile(deps);
  return { harness, identity, account, token, certificates };
}

export const issueTo = async (deps: Deps, identity: string): Promise<string> =>
  (
    await issueCertificate(deps, admin, {
      profile: "tls-server",
      identity,
      csr: await makeCsr(["pay.example.com"]),
    })
  ).result.id;

/**
 * Runs `sql` as superuser with every trigger of the table off, reconciles, and runs `undo`. Returns
 * the problems that were found.
 */
export async function problemsAfter(
  harness: Harness,
  table: string,
  sql: string,
  undo: string,
): Promise<readonly string[]> {
  const quietly = async (statement: string) => {
    for (const one of [
      `alter table ${table} disable trigger all`,
      statement,
      `alter table ${table} enable always trigger needs_entry`,
    ])
      await harness.asSuper(one);
  };
  await quietly(sql);
  const { problems } = await reconcile(harness.deps);
  await quietly(undo);
  return problems;
}

async function makeCertificates(deps: Deps, identity: string): Promise<Record<string, string>> {
  const certificates: Record<string, string> = {};
  const names = ["issued", "held", "released", "revoked", "raised", "rotated"] as const;
  for (const name of [...names, "requested", "withdrawn"])
    certificates[name] = await issueTo(deps, identity);
  const { held = "", released = "", revoked = "", raised = "", rotated = "" } = certificates;
  await revokeCertificate(deps, admin, held, {
    reason: "certificateHold",
    comment: "on leave",
    invalidityDate: new Date(Date.now() - 60_000).toISOString(),
  });
  await revokeCertificate(deps, admin, released, { reason: "certificateHold" });
  await releaseCertificate(deps, admin, released);
  await revokeCertificate(deps, admin, revoked, {
    reason: "superseded",
    comment: "no longer needed",
  });
  await revokeCertificate(deps, admin, revoked, { reason: "superseded" });
  await revokeCertificate(deps, admin, raised, {
    reason: "certificateHold",
    invalidityDate: new Date(Date.now() - 60_000).toISOString(),
  });
  await revokeCertificate(deps, admin, raised, { reason: "cessationOfOperation" });
  await revokeCertificate(deps, admin, raised, {
    reason: "keyCompromise",
    comment: "found in a repository",
  });
  await requestRotation(deps, admin, rotated);
  await requestRotations(deps, certificates);
  certificates["successor"] = (
    await rotateCertificate(deps, admin, rotated, {
      csr: await makeCsr(["pay.example.com"], makeTestKey("ecdsa-p256")),
      overlapSeconds: 0,
    })
  ).result.id;
  await issueCertificate(deps, admin, { profile: "tls-server", identity, csr: "no request" }).catch(
    () => null,
  );
  return certificates;
}

async function requestRotations(
  deps: Deps,
  { requested = "", withdrawn = "" }: Readonly<Record<string, string>>,
): Promise<void> {
  const until = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  await requestRotation(deps, admin, requested, { replaceBy: until(9), comment: "weak key" });
  await requestRotation(deps, admin, requested, { replaceBy: until(5), comment: "very weak 😀" });
  await requestRotation(deps, admin, withdrawn, { comment: "by mistake" });
  await cancelRotationRequest(deps, admin, withdrawn, { comment: "wrong one" });
}

async function makeAccount(deps: Deps): Promise<string> {
  const account = (
    await createAccount(deps, admin, {
      email: "auditor@example.com",
      name: "Auditor",
      role: "auditor",
    })
  ).result.id;
  await updateAccount(deps, admin, account, { role: "operator", name: "Operator" });
  return account;
}

async function makeToken(deps: Deps): Promise<string> {
  const token = (
    await createToken(deps, system, {
      name: "ci",
      role: "operator",
      identityId: null,
      expiresInDays: 30,
    })
  ).result.id;
  await revokeToken(deps, admin, token);
  return token;
}

async function changeIdentityAndProfile(deps: Deps): Promise<void> {
  const suspended = await createTestIdentity(deps);
  await updateIdentity(deps, admin, suspended, {
    owner: "others@example.com",
    note: "moved 😀".repeat(60),
  });
  await suspendIdentity(deps, admin, suspended, { comment: "" });
  const { rules } = await getProfile(deps, admin, "device");
  await updateProfile(
    deps,
    admin,
    "device",
    profileChange.parse({
      description: "Company devices",
      rules: { ...rules, validitySecondsDefault: 3_600 },
    }),
  );
  await retireProfile(deps, admin, "device");
}

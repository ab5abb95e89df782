import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { readCertificate } from "@/lib/pki/certificate";
import { derOf } from "@/lib/pki/pem";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { getProfile } from "./read-profiles";
import { updateProfile } from "./update-profile";
import { upgradeServerUsages } from "./upgrade-server-usages";

const admin = adminActor();
let harness: Harness;
beforeAll(async () => {
  harness = await createTestCa();
  // As an earlier version left its profiles: one version each, without keyEncipherment.
  for (const table of ["profile", "profile_version"])
    await harness.asSuper(`alter table ${table} disable trigger all`);
  await harness.asSuper(
    `update profile set rules = jsonb_set(rules, '{keyUsage}', '["digitalSignature"]')
     where not system`,
  );
  await harness.asSuper(
    `update profile_version set rules = jsonb_set(rules, '{keyUsage}', '["digitalSignature"]'),
       digest = null, entry_id = null where not system`,
  );
  for (const table of ["profile", "profile_version"])
    await harness.asSuper(`alter table ${table} enable trigger all`);
});
afterAll(() => harness.close());

const usageOf = async (ref: string) => (await getProfile(harness.deps, admin, ref)).rules.keyUsage;

const rsaCsr = (): string =>
  execFileSync(
    "openssl",
    ["req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null", "-subj", "/"].concat([
      "-addext",
      "subjectAltName=DNS:rsa.example.com",
    ]),
    { stdio: ["ignore", "pipe", "ignore"] },
  ).toString();

async function issuedUsage(key: "rsa" | "ec"): Promise<unknown> {
  const { deps } = harness;
  const identity = await createTestIdentity(deps);
  const csr = key === "rsa" ? rsaCsr() : await makeCsr();
  const { result } = await issueCertificate(deps, admin, { profile: "tls-server", identity, csr });
  return readCertificate(derOf(result.pem ?? "", "CERTIFICATE")).keyUsage;
}

describe("server profiles of an earlier version", () => {
  test("get a new version with keyEncipherment, in the audit log, and profiles of clients stay", async () => {
    const { version } = await getProfile(harness.deps, admin, "tls-server");
    const changed = await upgradeServerUsages(harness.deps);
    expect([...changed].toSorted()).toEqual(["device", "short-lived", "tls-server"]);
    const profile = await getProfile(harness.deps, admin, "tls-server");
    expect(profile.version).toBe(version + 1);
    const [entry] = (await harness.entriesOf(profile.id)).slice(-1);
    expect(entry).toMatchObject({
      action: "profile.updated",
      actor: { kind: "system", id: "upgrade" },
      details: { version: version + 1 },
    });
    expect(await usageOf("tls-client-service")).toEqual(["digitalSignature"]);
  });

  test("the signer signs under the new version: RSA keys encipher, EC keys stay as they were", async () => {
    expect(await issuedUsage("rsa")).toEqual(["digitalSignature", "keyEncipherment"]);
    expect(await issuedUsage("ec")).toEqual(["digitalSignature"]);
  });

  test("are changed once: what people choose later stays", async () => {
    const { rules } = await getProfile(harness.deps, admin, "device");
    await updateProfile(harness.deps, admin, "device", {
      rules: { ...rules, keyUsage: ["digitalSignature"] },
    } as Parameters<typeof updateProfile>[3]);
    expect(await upgradeServerUsages(harness.deps)).toEqual([]);
    expect(await usageOf("device")).toEqual(["digitalSignature"]);
  });
});

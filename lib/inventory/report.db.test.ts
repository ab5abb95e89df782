import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listCertificates } from "@/lib/certificates/list-certificates";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { isAppError } from "@/lib/errors/app-error";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { adminActor, operatorActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { getInventoryReport } from "./get-report";
import { signOffInventory } from "./sign-off-inventory";

let harness: Harness;
const auditor = operatorActor({ role: "auditor", label: "auditor@example.com" });
beforeAll(async () => {
  harness = await createTestCa();
});
afterAll(() => harness.close());

const report = (who = auditor) => getInventoryReport(harness.deps, who);
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => (isAppError(error) ? error.code : String(error)),
  );
async function issue(): Promise<string> {
  const { deps } = harness;
  const identity = await createTestIdentity(deps);
  const input = { profile: "tls-server", identity, csr: await makeCsr() };
  return (await issueCertificate(deps, operatorActor(), input)).result.id;
}

describe("the report of keys and certificates", () => {
  test("counts what the lists show, without Chancery's own, and lists each valid one with owner, key and last use", async () => {
    const before = await report();
    const [one, two] = [await issue(), await issue()];
    await revokeCertificate(harness.deps, operatorActor(), two, { reason: "superseded" });
    const after = await report();
    expect(after.counts.valid).toBe(before.counts.valid + 1);
    expect(after.counts.revoked).toBe(before.counts.revoked + 1);
    expect(after.rows.map(({ id }) => id)).toContain(one);
    expect(after.rows.map(({ id }) => id)).not.toContain(two);
    const own = await listCertificates(harness.deps, auditor, { kind: "system", limit: 200 });
    const ids = new Set(own.items.map(({ id }) => id));
    expect(ids.size).toBeGreaterThan(0);
    expect(after.rows.filter(({ id }) => ids.has(id))).toEqual([]);
    expect(after.keys.reduce((sum, { valid }) => sum + valid, 0)).toBe(after.counts.valid);
    expect(after.owners.reduce((sum, { valid }) => sum + valid, 0)).toBe(after.counts.valid);
    expect(after.rows.find(({ id }) => id === one)).toMatchObject({
      algorithm: "ecdsa-p256",
      lastUsedAt: null,
      hasSuccessor: false,
    });
    expect(after.counts.neverUsed).toBeGreaterThan(0);
  });

  test("is for those who read the log", async () => {
    expect(await codeOf(report(operatorActor()))).toBe("forbidden");
  });
});

describe("a sign-off", () => {
  test("is an entry with the digest that the report showed, and the report says whether it still is", async () => {
    await issue();
    const { sha256, counts } = await report();
    const input = { sha256, comment: "yearly review" };
    const { entryId } = await signOffInventory(harness.deps, auditor, input);
    expect(entryId).toMatch(/^ent_/);
    await harness.sequence();
    expect((await report()).signOff).toMatchObject({
      by: auditor.label,
      comment: "yearly review",
      count: counts.valid,
      same: true,
    });
    await issue();
    expect((await report()).signOff).toMatchObject({ same: false });
  });

  test("of anything else than what is valid now is refused, and nothing is recorded", async () => {
    const { sha256 } = await report();
    await issue();
    const { entries } = await harness.newEntries(async () => {
      const input = { sha256, comment: "" };
      expect(await codeOf(signOffInventory(harness.deps, auditor, input))).toBe(
        "inventory.changed",
      );
    });
    expect(entries).toEqual([]);
  });

  test("is for administrators and auditors", async () => {
    const { sha256 } = await report();
    const signOff = (who: typeof auditor) =>
      codeOf(signOffInventory(harness.deps, who, { sha256, comment: "" }));
    expect(await signOff(operatorActor())).toBe("forbidden");
    expect(await signOff(operatorActor({ role: "approver" }))).toBe("forbidden");
    expect(await signOff(adminActor())).toBe("done");
  });
});

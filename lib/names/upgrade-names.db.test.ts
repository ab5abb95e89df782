import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import { reconcile } from "@/lib/log/reconcile/reconcile";
import type { CertificateDto } from "@/lib/certificates/schema";
import { getIdentity } from "@/lib/identities/read-identities";
import { adminActor, operatorActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr, makeSuccessorCsr, refusalOf } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { decideShare } from "./decide-share";
import { enforceNames, getNameBinding } from "./enforce-names";
import { listShares } from "./read-shares";
import { upgradeNames } from "./upgrade-names";

let harness: Harness;
const admin = adminActor();
let a = "";
let b = "";
let lonely: CertificateDto;
const shared: CertificateDto[] = [];

const issue = async (identity: string, name: string): Promise<CertificateDto> =>
  (
    await issueCertificate(harness.deps, admin, {
      profile: "tls-server",
      identity,
      csr: await makeCsr([name]),
    })
  ).result;

/**
 * Makes the database what it was before names were bound: certificates, and no rows about names.
 */
async function forgetNames(): Promise<void> {
  for (const sql of [
    "alter table identity_name disable trigger all",
    "alter table organization disable trigger all",
    "delete from identity_name",
    "update organization set name_binding = 'observed', names_upgraded_at = null",
    "alter table identity_name enable trigger all",
    "alter table identity_name enable always trigger is_fixed",
    "alter table identity_name enable always trigger needs_entry",
    "alter table organization enable trigger all",
    "alter table organization enable always trigger needs_entry",
  ])
    await harness.asSuper(sql);
}

beforeAll(async () => {
  harness = await createTestCa();
  a = await createTestIdentity(harness.deps, "edge a");
  b = await createTestIdentity(harness.deps, "edge b");
  lonely = await issue(a, "alone.example.com");
  await forgetNames();
  shared.push(await issue(a, "both.example.com"), await issue(b, "both.example.com"));
  await forgetNames();
  await upgradeNames(harness.deps);
});
afterAll(async () => {
  await harness.close();
});

const namesOf = async (id: string): Promise<string[]> =>
  (await getIdentity(harness.deps, admin, id)).names.map(({ value }) => value).toSorted();
const codes = async (work: Promise<unknown>): Promise<string[]> =>
  (await refusalOf(work)).findings.map(({ code }) => code);

describe("a database from before names were bound", () => {
  test("gets the names of its certificates and of its identities", async () => {
    expect(await namesOf(a)).toEqual(["alone.example.com", "both.example.com", "edge a"]);
    expect(await namesOf(b)).toEqual(["both.example.com", "edge b"]);
  });

  test("has one conflict to decide where two identities carry one name", async () => {
    const { items } = await listShares(harness.deps, admin, { state: "undecided" });
    expect(items.map(({ members }) => members.map(({ name }) => name))).toEqual([
      ["edge a", "edge b"],
    ]);
    expect(await getNameBinding(harness.deps, admin)).toMatchObject({
      binding: "observed",
      unboundCount: 0,
      conflicts: 1,
    });
  });

  test("does nothing when it runs again", async () => {
    const { entries } = await harness.newEntries(() => upgradeNames(harness.deps));
    expect(entries).toEqual([]);
  });

  test("goes on issuing and rotating what it did before", async () => {
    for (const one of [lonely, ...shared]) {
      const { result } = await rotateCertificate(harness.deps, operatorActor(), one.id, {
        csr: await makeSuccessorCsr(one),
      });
      expect(result.status).toBe("valid");
    }
  });

  test("lets an identity go on requesting names for itself, and lists what will stop", async () => {
    const service = adminActor({ role: "service", identityId: a });
    const { result } = await issueCertificate(harness.deps, service, {
      profile: "tls-server",
      identity: a,
      csr: await makeCsr(["new.example.com"]),
    });
    expect(result.findings?.map(({ code, severity }) => [code, severity])).toEqual([
      ["name.not-held", "warning"],
    ]);
    const { unbound, unboundCount } = await getNameBinding(harness.deps, admin);
    expect(unboundCount).toBe(1);
    expect(unbound).toMatchObject([{ id: result.id, names: ["DNS:new.example.com"] }]);
  });

  test("refuses from the press of Enforce on exactly what was listed", async () => {
    expect(
      (await refusalOf(enforceNames(harness.deps, admin, { unbound: 0, comment: "" }))).code,
    ).toBe("name.binding");
    await expect(
      enforceNames(harness.deps, operatorActor(), { unbound: 1, comment: "" }),
    ).rejects.toThrow(/does not allow/);
    await enforceNames(harness.deps, admin, { unbound: 1, comment: "decided" });
    // Whether names are enforced is read again after two seconds.
    harness.advance(2_001);
    const service = adminActor({ role: "service", identityId: a });
    const request = async (name: string) =>
      issueCertificate(harness.deps, service, {
        profile: "tls-server",
        identity: a,
        csr: await makeCsr([name]),
      });
    expect(await codes(request("new.example.com"))).toEqual(["name.not-held"]);
    expect((await request("alone.example.com")).result.status).toBe("valid");
    expect((await request("both.example.com")).result.status).toBe("valid");
    expect(
      (await refusalOf(enforceNames(harness.deps, admin, { unbound: 1, comment: "" }))).code,
    ).toBe("name.binding");
  });

  test("a conflict is decided once, and who gave the name up doesn't get it again", async () => {
    const [share] = (await listShares(harness.deps, admin, { state: "undecided" })).items;
    await decideShare(harness.deps, admin, share?.id ?? "", {
      keep: [a],
      onRelease: "revoke",
      comment: "the other is gone",
    });
    expect(await namesOf(b)).toEqual(["edge b"]);
    expect((await listShares(harness.deps, admin, { state: "undecided" })).items).toEqual([]);
    expect(
      await codes(
        issueCertificate(harness.deps, admin, {
          profile: "tls-server",
          identity: b,
          csr: await makeCsr(["both.example.com"]),
        }),
      ),
    ).toEqual(["name.held-by-another"]);
  });
});

test("the log explains every name that the upgrade bound, and each share", async () => {
  await harness.entries();
  const { problems } = await reconcile(harness.deps);
  // The fixture forgets names that it had entries for, so one was given twice.
  const found = problems.filter((text) => /names/.test(text) && !/^Entry \d+ gives/.test(text));
  expect(found).toEqual([]);
});

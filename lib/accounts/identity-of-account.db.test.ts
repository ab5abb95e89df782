import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import type { ProvenPeer } from "@/lib/access/peer";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { previewCertificate } from "@/lib/issuing/preview-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import { csrOf, issueFor, makeIdentity, makePerson, peerOf } from "@/testing/accounts/person";
import { adminActor, anonymousActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";
import { createAccount } from "./create-account";
import { previewCertificateSignIn } from "./preview-certificate-sign-in";
import { getAccount, getAccountOfIdentity } from "./read-accounts";
import { updateAccount } from "./update-account";

let harness: Harness;
const admin = adminActor();
const operator = adminActor({ id: "usr_02test", role: "operator" });
beforeAll(async () => {
  harness = await createTestCa();
});
afterAll(async () => {
  await harness.close();
});

const holderOf = (peer: ProvenPeer | null): Actor => ({
  ...anonymousActor(),
  ...(peer && { kind: "certificate" as const, id: peer.certificateId, label: peer.identity.name }),
});
const said = (promise: Promise<unknown>) =>
  promise.then(
    () => "done",
    (error: { code?: string; message?: string }) => `${error.code}: ${error.message}`,
  );
const codeOf = async (promise: Promise<unknown>) => (await said(promise)).split(":")[0] ?? "";
/** The newest entry of that kind. */
async function newest(action: string) {
  await harness.deps.db.pool.query("select tlog.sequence_batch(100000)");
  const [row] = await harness.asSuper(
    "select convert_from(entry, 'UTF8')::jsonb as entry from tlog.entry where convert_from(entry, 'UTF8')::jsonb ->> 'action' = $1 order by seq desc limit 1",
    [action],
  );
  return row?.["entry"] as {
    reason: string | null;
    details: Record<string, unknown>;
    actor: { kind: string; id: string };
    target: { id: string } | null;
  };
}

describe("what a certificate would sign in to", () => {
  test("a certificate's holder sees which account it signs in to, as a recorded read, and nothing about an inactive or unlinked one", async () => {
    const person = await makePerson(harness.deps, admin, "auditor");
    const unlinked = await makeIdentity(harness.deps, admin);
    const service = await makeIdentity(harness.deps, admin, "service");
    const look = (peer: ProvenPeer) =>
      previewCertificateSignIn(harness.deps, holderOf(peer), peer, "/sign-in");
    expect(await look(person.peer)).toEqual({
      state: "ready",
      account: { email: person.account.email, name: "On call", role: "auditor" },
    });
    expect(await newest("account.read")).toMatchObject({
      actor: { kind: "certificate", id: person.certificate.id },
      target: { id: person.account.id },
      details: { path: "/sign-in" },
    });
    await updateAccount(harness.deps, admin, person.account.id, { status: "disabled" });
    expect(await look(person.peer)).toEqual({ state: "no-account" });
    expect(await look(peerOf(await issueFor(harness.deps, admin, unlinked), unlinked))).toEqual({
      state: "no-account",
    });
    expect(await look(peerOf(await issueFor(harness.deps, admin, service), service))).toEqual({
      state: "no-person",
      kind: "service",
    });
  });
});

describe("linking an identity to an account", () => {
  const account = () =>
    createAccount(harness.deps, admin, {
      email: `link-${harness.deps.clock.now().getTime()}-${Math.random()}@example.com`,
      name: "Robin Example",
      role: "auditor",
    });

  test.each(["operator", "approver", "auditor", "service"] as const)(
    "is nothing for role %s",
    async (role) => {
      const { id } = (await account()).result;
      const identity = await makeIdentity(harness.deps, admin);
      expect(
        await codeOf(
          updateAccount(harness.deps, adminActor({ id: "usr_else", role }), id, {
            identity: identity.id,
          }),
        ),
      ).toBe("forbidden");
    },
  );

  test.each(["service", "device"] as const)(
    "refuses a %s, and what does not exist",
    async (kind) => {
      const { id } = (await account()).result;
      const identity = await makeIdentity(harness.deps, admin, kind);
      expect(await said(updateAccount(harness.deps, admin, id, { identity: identity.id }))).toBe(
        `account.identity: ${identity.name} is not a person. Only certificates of people can sign in.`,
      );
      expect(await codeOf(updateAccount(harness.deps, admin, id, { identity: "idn_none" }))).toBe(
        "account.identity",
      );
      expect((await getAccount(harness.deps, admin, id)).identity).toBeNull();
    },
  );

  test("refuses one that signs in to another account, also when both ask at once", async () => {
    const [first, second] = [await account(), await account()];
    const identity = await makeIdentity(harness.deps, admin);
    const codes = await Promise.all(
      [first, second].map(({ result: { id } }) =>
        codeOf(updateAccount(harness.deps, admin, id, { identity: identity.id })),
      ),
    );
    expect(codes.toSorted()).toEqual(["account.identity-taken", "done"]);
  });

  test("linking an identity is recorded in the entry, and linking it again changes nothing", async () => {
    const { id } = (await account()).result;
    const identity = await makeIdentity(harness.deps, admin);
    expect(
      (await updateAccount(harness.deps, admin, id, { identity: identity.id })).result,
    ).toMatchObject({
      identity: { id: identity.id, name: identity.name, status: "active" },
    });
    expect((await newest("account.updated")).details).toEqual({
      changes: { identity: { from: null, to: identity.id } },
    });
    await updateAccount(harness.deps, admin, id, { identity: identity.id });
    expect((await newest("account.updated")).details).toEqual({ changes: {} });
    expect(await getAccountOfIdentity(harness.deps, admin, identity.id)).toMatchObject({ id });
    expect(await codeOf(getAccountOfIdentity(harness.deps, operator, identity.id))).toBe(
      "forbidden",
    );
    expect(
      (await updateAccount(harness.deps, admin, id, { identity: null })).result.identity,
    ).toBeNull();
    expect(await getAccountOfIdentity(harness.deps, admin, identity.id)).toBeNull();
  });
});

describe("operators can't get themselves an administrator's certificate", () => {
  test("an operator gets none for an identity that signs in, by issuing, by rotating, and learns it from the preview", async () => {
    const { identity, certificate } = await makePerson(harness.deps, admin, "admin");
    const asked = {
      profile: "tls-client-person",
      identity: identity.id,
      csr: await csrOf(identity),
    };
    expect(await codeOf(issueCertificate(harness.deps, operator, asked))).toBe(
      "certificate.refused",
    );
    expect(
      await codeOf(
        rotateCertificate(harness.deps, operator, certificate.id, { csr: await csrOf(identity) }),
      ),
    ).toBe("certificate.refused");
    expect(
      (await previewCertificate(harness.deps, operator, asked)).findings.map(({ code }) => code),
    ).toContain("identity.confers-power");
    expect(await newest("certificate.refused")).toMatchObject({
      reason: expect.stringContaining("identity.confers-power") as unknown,
    });
  });

  test("an administrator may, the identity itself rotates its own, and for other identities an operator may", async () => {
    const { identity, certificate } = await makePerson(harness.deps, admin, "admin");
    const itself = adminActor({
      kind: "certificate",
      id: certificate.id,
      role: "service",
      identityId: identity.id,
    });
    expect(
      await codeOf(
        rotateCertificate(harness.deps, itself, certificate.id, { csr: await csrOf(identity) }),
      ),
    ).toBe("done");
    expect(await codeOf(issueFor(harness.deps, admin, identity))).toBe("done");
    expect(
      await codeOf(
        makeIdentity(harness.deps, admin).then((other) => issueFor(harness.deps, operator, other)),
      ),
    ).toBe("done");
  });
});

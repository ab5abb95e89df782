import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { issueCertificate } from "@/lib/certificates/issue-certificate";
import { previewCertificate } from "@/lib/certificates/preview-certificate";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { rotateCertificate } from "@/lib/certificates/rotate-certificate";
import type { Peer } from "@/lib/custody/types";
import { activateIdentity, suspendIdentity } from "@/lib/identities/set-identity-status";
import { openHarness, stranger } from "@/server/api/testing/harness";
import { makeTestHouse, testActor, type TestHouse } from "@/server/signer/testing/make-test-house";
import { createAccount } from "./create-account";
import { endSession } from "./end-session";
import { explainLostSession, findSession } from "./find-session";
import { getAccount } from "./get-account";
import { getAccountOfIdentity } from "./get-account-of-identity";
import { listSessions } from "./list-sessions";
import { previewCertificateSignIn } from "./preview-certificate-sign-in";
import { signIn } from "./sign-in";
import { signInWithCertificate } from "./sign-in-with-certificate";
import {
  csrOf,
  issueFor,
  makeIdentity,
  makePerson,
  password,
  peerOf,
  type Person,
} from "./testing/person";
import { updateAccount } from "./update-account";

let house: TestHouse;
const admin = testActor(),
  operator = testActor({ id: "usr_02test", role: "operator" });
beforeAll(async () => {
  house = await makeTestHouse();
});
afterAll(async () => {
  await house.close();
});

const holderOf = (peer: Peer | null): Actor => ({
  ...stranger(),
  ...(peer && { kind: "certificate" as const, id: peer.certificateId, label: peer.identity.name }),
});
const signInBy = (peer: Peer | null) => signInWithCertificate(house.deps, holderOf(peer), peer);
const said = (promise: Promise<unknown>) =>
  promise.then(
    () => "done",
    (error: { code?: string; message?: string }) => `${error.code}: ${error.message}`,
  );
const codeOf = async (promise: Promise<unknown>) => (await said(promise)).split(":")[0] ?? "";
/** The newest entry of that kind. */
async function newest(action: string) {
  await house.deps.db.pool.query("select tlog.sequence_batch(100000)");
  const [row] = await house.asSuper(
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

type Spoil = (person: Person) => Promise<unknown>;
const spoilt: readonly (readonly [string, string, Spoil])[] = [
  [
    "revoked",
    "revoked certificate",
    ({ certificate }) =>
      revokeCertificate(house.deps, admin, certificate.id, { reason: "keyCompromise" }),
  ],
  [
    "on hold",
    "held certificate",
    ({ certificate }) =>
      revokeCertificate(house.deps, admin, certificate.id, { reason: "certificateHold" }),
  ],
  [
    "of a suspended identity",
    "suspended identity",
    ({ identity }) => suspendIdentity(house.deps, admin, identity.id, { comment: "" }),
  ],
  [
    "of an identity that is linked to no account any more",
    "no account linked",
    ({ account }) => updateAccount(house.deps, admin, account.id, { identity: null }),
  ],
  [
    "of a disabled account",
    "disabled account",
    ({ account }) => updateAccount(house.deps, admin, account.id, { status: "disabled" }),
  ],
];

describe("signing in", () => {
  test.each(spoilt)(
    "with a certificate %s is refused in the same words as every other, and the reason is on the record",
    async (_, reason, spoil) => {
      const person = await makePerson(house.deps, admin);
      await spoil(person);
      expect(await said(signInBy(person.peer))).toBe(
        "session.refused: This certificate does not sign in to an active account.",
      );
      expect(await newest("session.refused")).toMatchObject({
        reason,
        details: { method: "certificate" },
        actor: { kind: "certificate", id: person.certificate.id },
      });
    },
  );

  test("without a certificate, or with one that is not known here, is refused", async () => {
    expect(await codeOf(signInBy(null))).toBe("session.refused");
    expect(await newest("session.refused")).toMatchObject({
      reason: "no certificate",
      target: null,
      details: { email: "", method: "certificate" },
      actor: { kind: "anonymous" },
    });
    const { peer } = await makePerson(house.deps, admin);
    expect(await codeOf(signInBy({ ...peer, certificateId: "crt_none" }))).toBe("session.refused");
    expect(await newest("session.refused")).toMatchObject({ reason: "unknown certificate" });
  });

  test.each(["service", "device"] as const)(
    "with the certificate of a %s is refused",
    async (kind) => {
      const identity = await makeIdentity(house.deps, admin, kind);
      expect(
        await codeOf(signInBy(peerOf(await issueFor(house.deps, admin, identity), identity))),
      ).toBe("session.refused");
      expect(await newest("session.refused")).toMatchObject({ reason: `certificate of a ${kind}` });
    },
  );

  test("starts a session on the record, whatever the person's password is locked for", async () => {
    const { account, peer } = await makePerson(house.deps, admin);
    for (let i = 0; i < 6; i++)
      await said(
        signIn(house.deps, stranger("198.51.100.9"), {
          email: account.email,
          password: "a wrong password",
        }),
      );
    const { sessionId } = await signInBy(peer);
    expect(await newest("session.started")).toMatchObject({
      details: { method: "certificate" },
      actor: { kind: "user", id: account.id },
      target: { id: sessionId },
    });
    expect(await findSession(house.deps, sessionId, peer)).toMatchObject({
      account: { id: account.id },
      credential: {
        certificateId: peer.certificateId,
        serial: peer.serial,
        fingerprintSha256: peer.fingerprintSha256,
      },
    });
  });

  test("does not happen if it cannot be recorded", async () => {
    const harness = await openHarness({ signing: true });
    const outcome = await harness.withoutRecord(() =>
      said(signInWithCertificate(harness.deps, stranger(), null)),
    );
    await harness.close();
    expect(outcome).toContain("record.unavailable");
  });
});

describe("a session that a certificate started", () => {
  test("counts for nothing without the certificate, and beside any other one, of the same person too", async () => {
    const { peer, identity } = await makePerson(house.deps, admin),
      other = await makePerson(house.deps, admin);
    const { sessionId } = await signInBy(peer);
    const second = peerOf(await issueFor(house.deps, admin, identity), identity);
    expect(await findSession(house.deps, sessionId, null)).toBeNull();
    expect(await findSession(house.deps, sessionId, other.peer)).toBeNull();
    expect(await findSession(house.deps, sessionId, second)).toBeNull();
    expect(
      await Promise.all(
        [null, other.peer, peer].map((one) => explainLostSession(house.deps, sessionId, one)),
      ),
    ).toEqual(["needs-certificate", "other-certificate", "ended"]);
    expect(await findSession(house.deps, sessionId, peer)).not.toBeNull();
  });

  test.each(spoilt)(
    "ends at once when the certificate is %s, and lists do not call it open",
    async (_, __, spoil) => {
      const person = await makePerson(house.deps, admin);
      const { sessionId } = await signInBy(person.peer);
      expect((await getAccount(house.deps, admin, person.account.id)).openSessions).toBe(1);
      await spoil(person);
      expect(await findSession(house.deps, sessionId, person.peer)).toBeNull();
      expect((await getAccount(house.deps, admin, person.account.id)).openSessions).toBe(0);
      expect((await listSessions(house.deps, admin, person.account.id)).items).toMatchObject([
        { open: false, certificateId: person.certificate.id },
      ]);
    },
  );

  test("never outlives it: it ends in the middle when the certificate expires", async () => {
    const { peer, certificate } = await makePerson(house.deps, admin, "operator", 3600);
    const { sessionId, expiresAt } = await signInBy(peer);
    expect(expiresAt.toISOString()).toBe(new Date(certificate.notAfter).toISOString());
    const left = expiresAt.getTime() - house.deps.clock.now().getTime();
    house.advance(left - 1000);
    expect(await findSession(house.deps, sessionId, peer)).not.toBeNull();
    house.advance(1001);
    expect(await findSession(house.deps, sessionId, peer)).toBeNull();
    expect(await codeOf(signInBy(peer))).toBe("session.refused");
    expect(await newest("session.refused")).toMatchObject({ reason: "expired certificate" });
  });

  test("ends when its owner ends it, and when the account is given another identity, for good", async () => {
    const { peer, account, identity } = await makePerson(house.deps, admin),
      next = await makeIdentity(house.deps, admin);
    const first = await signInBy(peer);
    await endSession(
      house.deps,
      { ...holderOf(peer), kind: "user", id: account.id },
      first.sessionId,
    );
    expect(await findSession(house.deps, first.sessionId, peer)).toBeNull();
    const second = await signInBy(peer),
      byPassword = await signIn(house.deps, stranger("198.51.100.10"), {
        email: account.email,
        password,
      });
    await updateAccount(house.deps, admin, account.id, { identity: next.id });
    await updateAccount(house.deps, admin, account.id, { identity: identity.id });
    expect(await findSession(house.deps, second.sessionId, peer)).toBeNull();
    expect(
      await findSession(house.deps, byPassword.sessionId, null),
      "a password's session stays",
    ).not.toBeNull();
  });

  test("goes on after a hold is released and after the identity is active again", async () => {
    const { peer, certificate, identity } = await makePerson(house.deps, admin);
    const { sessionId } = await signInBy(peer);
    await revokeCertificate(house.deps, admin, certificate.id, { reason: "certificateHold" });
    await releaseCertificate(house.deps, admin, certificate.id);
    await suspendIdentity(house.deps, admin, identity.id, { comment: "" });
    await activateIdentity(house.deps, admin, identity.id, { comment: "" });
    expect(await findSession(house.deps, sessionId, peer)).not.toBeNull();
  });
});

test("a session that a password started counts with and without a certificate, and names none", async () => {
  const { account, peer } = await makePerson(house.deps, admin);
  const { sessionId } = await signIn(house.deps, stranger("198.51.100.11"), {
    email: account.email,
    password,
  });
  for (const one of [null, peer])
    expect((await findSession(house.deps, sessionId, one))?.credential).toBeNull();
});

describe("what a certificate would sign in to", () => {
  test("is told to its holder, on the record, and nothing about an account that is not active or not linked", async () => {
    const person = await makePerson(house.deps, admin, "auditor"),
      unlinked = await makeIdentity(house.deps, admin),
      service = await makeIdentity(house.deps, admin, "service");
    const look = (peer: Peer) =>
      previewCertificateSignIn(house.deps, holderOf(peer), peer, "/sign-in");
    expect(await look(person.peer)).toEqual({
      state: "ready",
      account: { email: person.account.email, name: "On call", role: "auditor" },
    });
    expect(await newest("account.read")).toMatchObject({
      actor: { kind: "certificate", id: person.certificate.id },
      target: { id: person.account.id },
      details: { path: "/sign-in" },
    });
    await updateAccount(house.deps, admin, person.account.id, { status: "disabled" });
    expect(await look(person.peer)).toEqual({ state: "no-account" });
    expect(await look(peerOf(await issueFor(house.deps, admin, unlinked), unlinked))).toEqual({
      state: "no-account",
    });
    expect(await look(peerOf(await issueFor(house.deps, admin, service), service))).toEqual({
      state: "no-person",
      kind: "service",
    });
  });
});

describe("linking an identity to an account", () => {
  const account = () =>
    createAccount(house.deps, admin, {
      email: `link-${house.deps.clock.now().getTime()}-${Math.random()}@example.com`,
      name: "Somebody",
      role: "auditor",
      password,
    });

  test.each(["operator", "approver", "auditor", "service"] as const)(
    "is nothing for role %s",
    async (role) => {
      const { id } = await account(),
        identity = await makeIdentity(house.deps, admin);
      expect(
        await codeOf(
          updateAccount(house.deps, testActor({ id: "usr_else", role }), id, {
            identity: identity.id,
          }),
        ),
      ).toBe("forbidden");
    },
  );

  test.each(["service", "device"] as const)(
    "refuses a %s, and what does not exist",
    async (kind) => {
      const { id } = await account(),
        identity = await makeIdentity(house.deps, admin, kind);
      expect(await said(updateAccount(house.deps, admin, id, { identity: identity.id }))).toBe(
        `account.identity: Only the certificates of a person sign in, and ${identity.name} is none.`,
      );
      expect(await codeOf(updateAccount(house.deps, admin, id, { identity: "idn_none" }))).toBe(
        "account.identity",
      );
      expect((await getAccount(house.deps, admin, id)).identity).toBeNull();
    },
  );

  test("refuses one that signs in to another account, also when both ask at once", async () => {
    const [first, second] = [await account(), await account()],
      identity = await makeIdentity(house.deps, admin);
    const codes = await Promise.all(
      [first, second].map(({ id }) =>
        codeOf(updateAccount(house.deps, admin, id, { identity: identity.id })),
      ),
    );
    expect(codes.toSorted()).toEqual(["account.identity-taken", "done"]);
  });

  test("stands in the entry, and again changes nothing", async () => {
    const { id } = await account(),
      identity = await makeIdentity(house.deps, admin);
    expect(await updateAccount(house.deps, admin, id, { identity: identity.id })).toMatchObject({
      identity: { id: identity.id, name: identity.name, status: "active" },
    });
    expect((await newest("account.updated")).details).toEqual({
      changes: { identity: { from: null, to: identity.id } },
    });
    await updateAccount(house.deps, admin, id, { identity: identity.id });
    expect((await newest("account.updated")).details).toEqual({ changes: {} });
    expect(await getAccountOfIdentity(house.deps, admin, identity.id)).toMatchObject({ id });
    expect(await codeOf(getAccountOfIdentity(house.deps, operator, identity.id))).toBe("forbidden");
    expect((await updateAccount(house.deps, admin, id, { identity: null })).identity).toBeNull();
    expect(await getAccountOfIdentity(house.deps, admin, identity.id)).toBeNull();
  });
});

describe("nobody makes themselves an administrator's certificate", () => {
  test("an operator gets none for an identity that signs in, by issuing, by rotating, and learns it from the preview", async () => {
    const { identity, certificate } = await makePerson(house.deps, admin, "admin");
    const asked = {
      profile: "tls-client-person",
      identity: identity.id,
      csr: await csrOf("person"),
    };
    expect(await codeOf(issueCertificate(house.deps, operator, asked))).toBe("certificate.refused");
    expect(
      await codeOf(
        rotateCertificate(house.deps, operator, certificate.id, { csr: await csrOf("person") }),
      ),
    ).toBe("certificate.refused");
    expect(
      (await previewCertificate(house.deps, operator, asked)).findings.map(({ code }) => code),
    ).toContain("identity.signs-in");
    expect(await newest("certificate.refused")).toMatchObject({
      reason: expect.stringContaining("identity.signs-in") as unknown,
    });
  });

  test("an administrator may, the identity itself rotates its own, and for other identities an operator may", async () => {
    const { identity, certificate } = await makePerson(house.deps, admin, "admin");
    const itself = testActor({
      kind: "certificate",
      id: certificate.id,
      role: "service",
      identityId: identity.id,
    });
    expect(
      await codeOf(
        rotateCertificate(house.deps, itself, certificate.id, { csr: await csrOf("person") }),
      ),
    ).toBe("done");
    expect(await codeOf(issueFor(house.deps, admin, identity))).toBe("done");
    expect(
      await codeOf(
        makeIdentity(house.deps, admin).then((other) => issueFor(house.deps, operator, other)),
      ),
    ).toBe("done");
  });
});

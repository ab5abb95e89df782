import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import type { ProvenPeer } from "@/lib/access/peer";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { activateIdentity, suspendIdentity } from "@/lib/identities/set-identity-status";
import {
  issueFor,
  makeIdentity,
  linkPerson,
  makePerson,
  password,
  peerOf,
  type Person,
} from "@/testing/accounts/person";
import { adminActor, anonymousActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { openHarness, type Harness } from "@/testing/harness";
import { endSession } from "./end-session";
import { getAccount } from "./read-accounts";
import { explainLostSession, findSession, listSessions } from "./read-sessions";
import { keepSessionActive } from "./keep-session-active";
import { signIn } from "./sign-in";
import { signInWithCertificate } from "./sign-in-with-certificate";
import { updateAccount } from "./update-account";

let harness: Harness;
const admin = adminActor();
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
const signInBy = (peer: ProvenPeer | null) =>
  signInWithCertificate(harness.deps, holderOf(peer), peer);
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

type Spoil = (person: Person) => Promise<unknown>;
const spoilt: readonly (readonly [string, string, Spoil])[] = [
  [
    "revoked",
    "revoked certificate",
    ({ certificate }) =>
      revokeCertificate(harness.deps, admin, certificate.id, { reason: "keyCompromise" }),
  ],
  [
    "on hold",
    "held certificate",
    ({ certificate }) =>
      revokeCertificate(harness.deps, admin, certificate.id, { reason: "certificateHold" }),
  ],
  [
    "of a suspended identity",
    "suspended identity",
    ({ identity }) => suspendIdentity(harness.deps, admin, identity.id, { comment: "" }),
  ],
  [
    "of an identity that is linked to no account any more",
    "no account linked",
    ({ account }) => updateAccount(harness.deps, admin, account.id, { identity: null }),
  ],
  [
    "of a disabled account",
    "disabled account",
    ({ account }) => updateAccount(harness.deps, admin, account.id, { status: "disabled" }),
  ],
];

describe("signing in", () => {
  test.each(spoilt)(
    "signing in with a certificate %s gets the same message as every refusal, and the audit log has the reason",
    async (_, reason, spoil) => {
      const person = await makePerson(harness.deps, admin);
      await spoil(person);
      expect(await said(signInBy(person.peer))).toBe(
        "session.refused: This certificate can't sign in. It is not linked to an active account.",
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
    const { peer } = await makePerson(harness.deps, admin);
    expect(await codeOf(signInBy({ ...peer, certificateId: "crt_none" }))).toBe("session.refused");
    expect(await newest("session.refused")).toMatchObject({ reason: "unknown certificate" });
  });

  test.each(["service", "device"] as const)(
    "with the certificate of a %s is refused",
    async (kind) => {
      const identity = await makeIdentity(harness.deps, admin, kind);
      expect(
        await codeOf(signInBy(peerOf(await issueFor(harness.deps, admin, identity), identity))),
      ).toBe("session.refused");
      expect(await newest("session.refused")).toMatchObject({ reason: `certificate of a ${kind}` });
    },
  );

  test("a certificate sign-in starts a recorded session even while the user's password is locked", async () => {
    const { account, peer } = await makePerson(harness.deps, admin);
    for (let i = 0; i < 6; i++)
      await said(
        signIn(harness.deps, anonymousActor("198.51.100.9"), {
          email: account.email,
          password: "a wrong password",
        }),
      );
    const { sessionId } = (await signInBy(peer)).result;
    expect(await newest("session.started")).toMatchObject({
      details: { method: "certificate" },
      actor: { kind: "user", id: account.id },
      target: { id: sessionId },
    });
    expect(await findSession(harness.deps, sessionId, peer)).toMatchObject({
      account: { id: account.id },
      credential: {
        certificateId: peer.certificateId,
        serial: peer.serial,
        fingerprintSha256: peer.fingerprintSha256,
      },
    });
  });

  test("does not happen if it cannot be recorded", async () => {
    const harness = await openHarness();
    const outcome = await harness.withoutRecord(() =>
      said(signInWithCertificate(harness.deps, anonymousActor(), null)),
    );
    await harness.close();
    expect(outcome).toContain("record.unavailable");
  });
});

describe("a session that a certificate started", () => {
  test("a session started with a certificate is invalid without it or with any other one, even the same user's", async () => {
    const { peer, identity } = await makePerson(harness.deps, admin);
    const other = await makePerson(harness.deps, admin);
    const { sessionId } = (await signInBy(peer)).result;
    const second = peerOf(await issueFor(harness.deps, admin, identity), identity);
    expect(await findSession(harness.deps, sessionId, null)).toBeNull();
    expect(await findSession(harness.deps, sessionId, other.peer)).toBeNull();
    expect(await findSession(harness.deps, sessionId, second)).toBeNull();
    expect(
      await Promise.all(
        [null, other.peer, peer].map((one) => explainLostSession(harness.deps, sessionId, one)),
      ),
    ).toEqual(["needs-certificate", "other-certificate", "ended"]);
    expect(await findSession(harness.deps, sessionId, peer)).not.toBeNull();
  });

  test.each(spoilt)(
    "ends at once when the certificate is %s, and lists do not call it open",
    async (_, __, spoil) => {
      const person = await makePerson(harness.deps, admin);
      const { sessionId } = (await signInBy(person.peer)).result;
      expect((await getAccount(harness.deps, admin, person.account.id)).openSessions).toBe(1);
      await spoil(person);
      expect(await findSession(harness.deps, sessionId, person.peer)).toBeNull();
      expect((await getAccount(harness.deps, admin, person.account.id)).openSessions).toBe(0);
      expect((await listSessions(harness.deps, admin, person.account.id)).items).toMatchObject([
        { open: false, certificateId: person.certificate.id },
      ]);
    },
  );

  test("never outlives it: it ends in the middle when the certificate expires", async () => {
    const { peer, certificate } = await makePerson(harness.deps, admin, "operator", 3600);
    const { sessionId, expiresAt } = (await signInBy(peer)).result;
    expect(expiresAt.toISOString()).toBe(new Date(certificate.notAfter).toISOString());
    const left = expiresAt.getTime() - harness.deps.clock.now().getTime();
    harness.advance(1_200_000);
    await keepSessionActive(harness.deps, sessionId);
    harness.advance(left - 1_200_000 - 1_000_000);
    await keepSessionActive(harness.deps, sessionId);
    harness.advance(999_000);
    expect(await findSession(harness.deps, sessionId, peer)).not.toBeNull();
    harness.advance(1001);
    expect(await findSession(harness.deps, sessionId, peer)).toBeNull();
    expect(await codeOf(signInBy(peer))).toBe("session.refused");
    expect(await newest("session.refused")).toMatchObject({ reason: "expired certificate" });
  });

  test("a certificate session ends permanently when its owner ends it or the account gets another identity", async () => {
    const { peer, account, identity } = await makePerson(harness.deps, admin);
    const next = await makeIdentity(harness.deps, admin);
    const first = await signInBy(peer);
    await endSession(
      harness.deps,
      { ...holderOf(peer), kind: "user", id: account.id },
      first.result.sessionId,
    );
    expect(await findSession(harness.deps, first.result.sessionId, peer)).toBeNull();
    const second = await signInBy(peer);
    const byPassword = await signIn(harness.deps, anonymousActor("198.51.100.10"), {
      email: account.email,
      password,
    });
    await updateAccount(harness.deps, admin, account.id, { identity: next.id });
    await linkPerson(harness.deps, admin, account.id, identity.id);
    expect(await findSession(harness.deps, second.result.sessionId, peer)).toBeNull();
    expect(
      await findSession(harness.deps, byPassword.result.sessionId, null),
      "a password's session stays",
    ).not.toBeNull();
  });

  test("goes on after a hold is released and after the identity is active again", async () => {
    const { peer, certificate, identity } = await makePerson(harness.deps, admin);
    const { sessionId } = (await signInBy(peer)).result;
    await revokeCertificate(harness.deps, admin, certificate.id, { reason: "certificateHold" });
    await releaseCertificate(harness.deps, admin, certificate.id);
    await suspendIdentity(harness.deps, admin, identity.id, { comment: "" });
    await activateIdentity(harness.deps, admin, identity.id, { comment: "" });
    expect(await findSession(harness.deps, sessionId, peer)).not.toBeNull();
  });
});

test("a session that a password started counts with and without a certificate, and names none", async () => {
  const { account, peer } = await makePerson(harness.deps, admin);
  const { sessionId } = (
    await signIn(harness.deps, anonymousActor("198.51.100.11"), {
      email: account.email,
      password,
    })
  ).result;
  for (const one of [null, peer])
    expect((await findSession(harness.deps, sessionId, one))?.credential).toBeNull();
});

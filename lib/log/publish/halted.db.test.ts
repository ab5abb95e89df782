import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signIn } from "@/lib/accounts/sign-in";
import { publishCrl } from "@/lib/authorities/publish-crl";
import { authorityInput } from "@/lib/authorities/schema";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import type { CertificateDto, RevokeInput } from "@/lib/certificates/schema";
import { AppError } from "@/lib/errors/app-error";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import { updateIdentity } from "@/lib/identities/update-identity";
import { createAuthority } from "@/lib/issuing/create-authority";
import { issueInternalCertificate } from "@/lib/issuing/issue-internal-certificate";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import { readCrl } from "@/lib/pki/crl-reader";
import { listHaltedChanges, mayHaveMissedChanges } from "@/lib/status/read-crls";
import { getStatus } from "@/lib/status/read-status";
import { createToken } from "@/lib/tokens/create-token";
import { makeTestKey } from "@/testing/pki/authorities";
import { adminActor, anonymousActor, system } from "@/testing/actors";
import { createTestIdentity, setupRequest } from "@/testing/ca/create-test-ca";
import { makeCsr, makeSuccessorCsr, refusalOf } from "@/testing/ca/requests";
import { continueLog } from "./continue-log";
import { makePipelineHealthCheck } from "./pipeline-health";
import {
  goBackTo,
  openPublishingLog,
  until,
  type PublishingLog,
} from "@/testing/log/publish/pipeline-fixture";

// A whole CA whose database was restored from an old backup: what an operator meets until it is
// fixed.
let fixture: PublishingLog;
let identity: string;
const certificates: Record<string, CertificateDto> = {};
let unissued = "";
let authorityId: string;
let signerAway = false;
const deps = () => fixture.harness.deps;
const admin = adminActor();

const issue = async () =>
  (
    await issueCertificate(deps(), admin, {
      profile: "tls-server",
      identity,
      csr: await makeCsr(),
    })
  ).result;
const of = (name: string): CertificateDto => {
  const certificate = certificates[name];
  if (!certificate) throw new Error(`no certificate ${name}`);
  return certificate;
};
const revoke = (name: string, reason: RevokeInput["reason"]) =>
  revokeCertificate(deps(), admin, of(name).id, { reason, comment: "" });
const signInAs = (password: string) =>
  signIn(deps(), anonymousActor("198.51.100.9"), { email: setupRequest.adminEmail, password });

/** A plan whose signing failed. */
async function failOne(): Promise<string> {
  signerAway = true;
  const { details } = await refusalOf(issue());
  signerAway = false;
  return String((details as { certificateId: string }).certificateId);
}

beforeAll(async () => {
  fixture = await openPublishingLog({
    template: "ca",
    signer: (own) => ({
      ...own,
      signCertificate: (id) =>
        signerAway
          ? Promise.reject(new AppError("signer.unavailable", "away"))
          : own.signCertificate(id),
    }),
  });
  identity = await createTestIdentity(deps());
  for (const name of ["live", "lost", "held", "waiting", "compromised"])
    certificates[name] = await issue();
  unissued = await failOne();
  await revoke("held", "certificateHold");
  authorityId = of("live").authority.id;
  fixture.start();
  const kept = await fixture.published();
  await fixture.write(30);
  await fixture.published();
  await fixture.stopAll();
  await goBackTo(fixture, kept);
  fixture.start();
  await until(
    async () => (await fixture.harness.asSuper("select halted from tlog.head"))[0]?.["halted"],
  );
});
afterAll(async () => {
  await fixture.close();
});

describe("while the log is halted nothing changes but what protects", () => {
  test.each<[string, () => Promise<unknown>]>([
    ["a certificate is not issued", issue],
    [
      "a certificate is not rotated",
      async () =>
        rotateCertificate(deps(), admin, of("live").id, {
          csr: await makeSuccessorCsr(of("live")),
        }),
    ],
    ["a certificate is not released", () => releaseCertificate(deps(), admin, of("held").id)],
    ["an identity is not made", () => createTestIdentity(deps())],
    [
      "an identity is not changed",
      () => updateIdentity(deps(), admin, identity, { note: "changed" }),
    ],
    [
      "an identity is not suspended",
      () => suspendIdentity(deps(), admin, identity, { comment: "" }),
    ],
    [
      "a token is not made",
      () =>
        createToken(deps(), system, {
          name: "x",
          role: "operator",
          identityId: null,
          expiresInDays: 1,
        }),
    ],
    [
      "an authority is not made",
      () =>
        createAuthority(
          deps(),
          admin,
          authorityInput.parse({ name: "New", parentId: null, validityYears: 1 }),
        ),
    ],
  ])(
    "while the log is halted %s, and the caller learns why and when to retry",
    async (_name, act) => {
      expect(await refusalOf(act())).toMatchObject({
        code: "log.halted",
        kind: "unavailable",
        retryAfterSeconds: 60,
      });
    },
  );

  test("nothing of what was refused is in the tables", async () => {
    const [row] = await fixture.harness.asSuper(
      "select (select count(*)::int from certificate where identity_id = $1) as certificates, (select count(*)::int from api_token) as tokens, (select state from certificate where id = $2) as held",
      [identity, of("held").id],
    );
    expect(row).toEqual({ certificates: 6, tokens: 0, held: "held" });
  });

  test("a change to a certificate that is no revocation is refused although its entry is one", async () => {
    const client = await deps().db.pool.connect();
    try {
      await client.query("begin");
      await client.query(
        "insert into tlog.inbox (entry, target_id) values (convert_to($1, 'UTF8'), $2)",
        [
          JSON.stringify({
            id: "ent_00000000000000000000000001",
            action: "certificate.revoked",
            outcome: "success",
            target: { id: of("held").id },
          }),
          of("held").id,
        ],
      );
      await client.query(
        "update certificate set state = 'issued', revoked_at = null, revocation_reason = null where id = $1",
        [of("held").id],
      );
      await expect(client.query("commit")).rejects.toMatchObject({ code: "23514" });
    } finally {
      client.release(true);
    }
  });
});

describe("while the log is halted people revoke, hold and sign in", () => {
  test("a certificate is revoked, held or both, and so is a plan; CRL and status show it", async () => {
    await revoke("lost", "superseded");
    await revoke("compromised", "keyCompromise");
    await revoke("waiting", "certificateHold");
    await revoke("held", "privilegeWithdrawn");
    await revokeCertificate(deps(), admin, unissued, { reason: "superseded" });
    const changed = ["lost", "compromised", "waiting", "held"].map((name) => of(name).id);
    expect((await listHaltedChanges(deps())).toSorted()).toEqual([...changed, unissued].toSorted());
    const crl = readCrl((await publishCrl(deps(), authorityId)).der);
    for (const name of ["lost", "compromised", "waiting", "held"]) {
      expect(crl.has(Buffer.from(of(name).serial, "hex"))).toBe(true);
      const { status } = await getStatus(deps(), {
        authority: of(name).authority.slug,
        serial: of(name).serial,
      });
      expect(status).toBe(name === "waiting" ? "held" : "revoked");
    }
  });

  test("a gateway that starts to lead while the log is halted publishes what it may have missed", async () => {
    expect(await mayHaveMissedChanges(deps(), new Date(Date.now() + 60_000))).toBe(true);
  });

  test("a user signs in and out, and a wrong password is refused", async () => {
    const { result } = await signInAs(setupRequest.adminPassword);
    expect(result.sessionId).toMatch(/^ses_/);
    expect((await refusalOf(signInAs("a wrong password"))).code).toBe("session.refused");
  });

  test("while the log is halted CRLs are published, and a restart still issues responder certificates", async () => {
    expect((await publishCrl(deps(), authorityId)).entryCount).toBeGreaterThan(0);
    const own = await issueInternalCertificate(deps(), {
      authorityId,
      spkiDer: makeTestKey("ecdsa-p256").spkiDer,
      purpose: "ocsp-responder",
    });
    expect(own.der.length).toBeGreaterThan(0);
  });

  test("entries are taken, and nothing is numbered or published", async () => {
    const before = await fixture.size();
    await fixture.write(5);
    const look = async () =>
      Number((await fixture.harness.asSuper("select count(*) as n from tlog.inbox"))[0]?.["n"]);
    expect(await look()).toBeGreaterThanOrEqual(5);
    expect(await fixture.size()).toBe(before);
  });

  test("readiness reports in plain words that the log is halted", async () => {
    expect(
      await makePipelineHealthCheck(deps(), {
        lastError: () => null,
        elapsed: () => performance.now(),
      })(),
    ).toMatch(/^halted: The signer remembers .* are missing/);
  });

  test("what was revoked meanwhile is recorded first when the log is continued, and the table agrees", async () => {
    const from = await fixture.size();
    await continueLog(deps(), admin, { comment: "restored" });
    await fixture.published();
    const rows = await fixture.harness.asSuper(
      "select convert_from(entry, 'UTF8')::jsonb ->> 'action' as action from tlog.entry where seq >= $1 order by seq",
      [from],
    );
    const actions = rows.map((row) => String(row["action"]));
    expect(actions[0]).toBe("log.continued");
    expect(actions.filter((action) => action === "certificate.revoked")).toHaveLength(4);
    expect(actions.filter((action) => action === "certificate.held")).toHaveLength(1);
    expect(actions).toContain("session.started");
    await releaseCertificate(deps(), admin, of("waiting").id);
    expect(await listHaltedChanges(deps())).toEqual([]);
  });
});

describe("readiness of publishing", () => {
  test("is late after ten seconds without a checkpoint, with the reason; not for what waited while nothing ran", async () => {
    const other = await openPublishingLog();
    let elapsed = 0;
    const ask = makePipelineHealthCheck(other.harness.deps, {
      lastError: () => "the signer does not answer",
      elapsed: () => elapsed,
    });
    await other.write(3);
    await other.harness.asSuper("select tlog.sequence_batch(10)");
    other.harness.advance(60_000);
    expect(await ask()).toBeNull();
    elapsed = 11_000;
    expect(await ask()).toBe(
      "late: the last published checkpoint covers 0 of 3 entries; the tree holds 0: the signer does not answer",
    );
    other.start();
    await other.published();
    expect(await ask()).toBeNull();
    await other.stopAll();
    await other.write(2);
    expect(await ask()).toBeNull();
    elapsed = 22_000;
    expect(await ask()).toMatch(
      /^\d+ entries are waiting to be numbered: the signer does not answer$/,
    );
    await other.close();
  });
});

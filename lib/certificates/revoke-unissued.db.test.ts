import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { publishCrl } from "@/lib/authorities/publish-crl";
import { getAuthority } from "@/lib/authorities/read-authorities";
import { authorityInput } from "@/lib/authorities/schema";
import { AppError } from "@/lib/errors/app-error";
import { createAuthority } from "@/lib/issuing/create-authority";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { reconcilePendingIssuances } from "@/lib/issuing/reconcile-pending-issuances";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import { reconcile } from "@/lib/log/reconcile/reconcile";
import { readCrl } from "@/lib/pki/crl-reader";
import type { Deps } from "@/lib/runtime/deps";
import { getStatus } from "@/lib/status/read-status";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr, makeSuccessorCsr, refusalOf } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { getCertificate } from "./get-certificate";
import { releaseCertificate } from "./release-certificate";
import { revokeCertificate } from "./revoke-certificate";
import type { CertificateDto } from "./schema";

let harness: Harness;
let deps: Deps;
/** What the signer does for a plan, in place of signing it. */
let onSign: ((id: string, sign: () => Promise<Uint8Array>) => Promise<Uint8Array>) | null = null;
const admin = adminActor();

beforeAll(async () => {
  harness = await createTestCa({
    signer: (own) => ({
      ...own,
      signCertificate: async (id) => {
        const sign = () => own.signCertificate(id);
        return onSign ? onSign(id, sign) : sign();
      },
    }),
  });
  ({ deps } = harness);
});
afterAll(async () => {
  await harness.close();
});
beforeEach(() => {
  onSign = null;
});

const request = async () =>
  issueCertificate(deps, admin, {
    profile: "tls-server",
    identity: await createTestIdentity(deps),
    csr: await makeCsr(),
  });
const away = new AppError("signer.no-plan", "refused");

/** A certificate whose signing failed. */
async function failed(): Promise<string> {
  let id = "";
  onSign = (planned) => {
    id = planned;
    return Promise.reject(away);
  };
  await refusalOf(request());
  onSign = null;
  return id;
}
/** The row as a process leaves it that dies after the plan. */
async function planned(): Promise<string> {
  const id = await failed();
  await harness.asSuper("alter table certificate disable trigger all");
  await harness.asSuper("update certificate set state = 'planned' where id = $1", [id]);
  await harness.asSuper("alter table certificate enable trigger all");
  for (const trigger of ["is_fixed", "needs_entry"])
    await harness.asSuper(`alter table certificate enable always trigger ${trigger}`);
  return id;
}
const revoke = (id: string, reason: "superseded" | "keyCompromise" = "superseded") =>
  revokeCertificate(deps, admin, id, { reason });
async function statusOf({ serial, authority }: CertificateDto) {
  const crl = readCrl((await publishCrl(deps, authority.id)).der);
  const { status } = await getStatus(deps, { authority: authority.slug, serial });
  return { isOnCrl: crl.has(Buffer.from(serial, "hex")), status };
}

describe("a certificate can be revoked from its plan on", () => {
  test.each([
    ["planned", planned],
    ["failed", failed],
  ])(
    "a %s certificate has no status, and once it is revoked it is revoked in CRL and OCSP",
    async (_state, make) => {
      const id = await make();
      const before = await getCertificate(deps, admin, id);
      expect(await statusOf(before)).toEqual({ isOnCrl: false, status: "unknown" });
      const { result, entryId } = await revoke(id);
      expect(result).toMatchObject({ status: "revoked", pem: null, issuedAt: null });
      expect(await statusOf(result)).toEqual({ isOnCrl: true, status: "revoked" });
      const [last] = (await harness.entriesOf(id)).slice(-1);
      expect(last).toMatchObject({ id: entryId, action: "certificate.revoked" });
    },
  );

  test("a signature that arrives after the revocation does not undo it", async () => {
    let id = "";
    onSign = async (plannedId, sign) => {
      id = plannedId;
      const der = await sign();
      await revoke(id);
      return der;
    };
    expect(await refusalOf(request())).toMatchObject({
      code: "certificate.revoked-unissued",
      kind: "conflict",
    });
    const after = await getCertificate(deps, admin, id);
    expect(after).toMatchObject({ status: "revoked", pem: null });
    expect(await statusOf(after)).toEqual({ isOnCrl: true, status: "revoked" });
    expect((await harness.entriesOf(id)).map(({ action }) => action)).toEqual([
      "certificate.planned",
      "certificate.revoked",
    ]);
  });

  test("a plan that was revoked before it was signed is not signed, by the request or by recovery", async () => {
    const id = await planned();
    await revoke(id);
    expect((await refusalOf(deps.signer.signCertificate(id))).code).toBe("signer.no-plan");
    await reconcilePendingIssuances(deps, new Date(Date.now() + 1000));
    expect(await getCertificate(deps, admin, id)).toMatchObject({ status: "revoked", pem: null });
  });

  test.each([
    "update certificate set state = 'issued', der = '\\x00', fingerprint_sha256 = '\\x00', issued_at = now(), revoked_at = null where id = $1",
    "update certificate set der = '\\x00', fingerprint_sha256 = '\\x00', issued_at = now() where id = $1",
    "update certificate set state = 'planned', revoked_at = null where id = $1",
    "update certificate set state = 'failed', revoked_at = null where id = $1",
  ])("the database refuses to bring a revoked plan back: %s", async (sql) => {
    const id = await planned();
    await revoke(id);
    await expect(harness.asSuper(sql, [id])).rejects.toThrow(/never rewritten|without an entry/);
  });

  test.each([
    ["planned", planned],
    ["failed", failed],
  ])("a %s certificate is not put on hold, and the message says what to do", async (_s, make) => {
    const id = await make();
    const refusal = await refusalOf(
      revokeCertificate(deps, admin, id, { reason: "certificateHold" }),
    );
    await revoke(id);
    expect(refusal).toMatchObject({
      code: "certificate.state",
      message: expect.stringContaining("Revoke it instead") as string,
    });
  });

  test("a revoked plan is not released, and revoking it again changes nothing", async () => {
    const id = await failed();
    const first = await revoke(id);
    harness.advance(60_000);
    expect((await revoke(id)).result.revocation).toEqual(first.result.revocation);
    expect((await refusalOf(releaseCertificate(deps, admin, id))).code).toBe("certificate.state");
  });

  test("a revocation for key compromise blocks the key of a certificate that was never issued", async () => {
    const id = await failed();
    await revoke(id, "keyCompromise");
    const [key] = await harness.asSuper(
      "select blocked from public_key join certificate using (spki_sha256) where id = $1",
      [id],
    );
    expect(key).toEqual({ blocked: true });
  });

  test("the plan of a CA certificate that no authority uses can be revoked, and the one that an authority uses can't", async () => {
    let id = "";
    onSign = (planned) => {
      id = planned;
      return Promise.reject(away);
    };
    const { id: parentId } = await getAuthority(deps, admin, "root");
    const input = authorityInput.parse({ name: "Team CA", parentId, validityYears: 1 });
    await refusalOf(createAuthority(deps, admin, input));
    onSign = null;
    const { result } = await revoke(id);
    expect(result).toMatchObject({ status: "revoked", pem: null });
    expect(await statusOf(result)).toEqual({ isOnCrl: true, status: "revoked" });
    const { certificateId } = await getAuthority(deps, admin, "issuing");
    expect((await refusalOf(revoke(certificateId ?? ""))).code).toBe("certificate.of-authority");
  });

  test("after its successor was revoked before it was issued, a certificate can be rotated again", async () => {
    const { result: old } = await request();
    onSign = async (id, sign) => {
      const der = await sign();
      await revoke(id);
      return der;
    };
    await refusalOf(rotateCertificate(deps, admin, old.id, { csr: await makeSuccessorCsr(old) }));
    onSign = null;
    expect((await getCertificate(deps, admin, old.id)).status).toBe("valid");
    const { result } = await rotateCertificate(deps, admin, old.id, {
      csr: await makeSuccessorCsr(old),
    });
    expect(result.status).toBe("valid");
  });

  test("log and tables agree about plans that were revoked", async () => {
    await revoke(await failed());
    await revoke(await planned());
    expect((await reconcile(deps)).problems).toEqual([]);
    await harness.sequence();
    expect((await reconcile(deps)).problems).toEqual([]);
  });
});

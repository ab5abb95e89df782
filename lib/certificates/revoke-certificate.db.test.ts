import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { publishCrl } from "@/lib/authorities/publish-crl";
import { getAuthority } from "@/lib/authorities/read-authorities";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { readCrl } from "@/lib/pki/crl-reader";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr, refusalOf } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { releaseCertificate } from "./release-certificate";
import { revokeCertificate } from "./revoke-certificate";
import type { CertificateDto, RevokeInput } from "./schema";

let harness: Harness;
let deps: Deps;
const admin = adminActor();
const day = 86_400_000;

beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
});
afterAll(async () => {
  await harness.close();
});

async function issue(profile = "tls-server"): Promise<CertificateDto> {
  const input = { profile, identity: await createTestIdentity(deps), csr: await makeCsr() };
  return (await issueCertificate(deps, admin, input)).result;
}
const revoke = (
  id: string,
  reason: RevokeInput["reason"] = "superseded",
  more: Partial<RevokeInput> = {},
) => revokeCertificate(deps, admin, id, { reason, ...more });
const actionsOf = async (id: string) =>
  (await harness.entriesOf(id)).map((entry) => entry.action).slice(2);
async function isOnCrl(dto: CertificateDto): Promise<boolean> {
  return readCrl((await publishCrl(deps, dto.authority.id)).der).has(
    Buffer.from(dto.serial, "hex"),
  );
}

describe("revoking", () => {
  test("revoking a certificate is recorded, shows at once and appears on the next CRL", async () => {
    const { id } = await issue();
    const dto = await revoke(id, "keyCompromise", {
      comment: "laptop lost",
      invalidityDate: "2026-01-02T03:04:05Z",
    });
    expect(dto.result).toMatchObject({
      status: "revoked",
      revocation: {
        reason: "keyCompromise",
        comment: "laptop lost",
        invalidityDate: "2026-01-02T03:04:05Z",
      },
    });
    expect(dto.entryId).toMatch(/^ent_/);
    expect(await actionsOf(id)).toEqual(["certificate.revoked"]);
    expect(await isOnCrl(dto.result)).toBe(true);
  });

  test("revoking a certificate twice is no error, changes nothing, and is recorded both times", async () => {
    const { id } = await issue();
    const first = await revoke(id, "superseded", { comment: "one" });
    harness.advance(5000);
    const second = await revoke(id, "cessationOfOperation", { comment: "two" });
    expect(second.result.revocation).toEqual(first.result.revocation);
    expect(
      (await harness.entriesOf(id)).slice(2).map((entry) => [entry.action, entry.reason]),
    ).toEqual([
      ["certificate.revoked", null],
      ["certificate.revoked", "already"],
    ]);
  });

  test("only ever raises a reason to keyCompromise, and keeps the date", async () => {
    const { id } = await issue();
    const first = await revoke(id, "superseded");
    harness.advance(5000);
    const raised = await revoke(id, "keyCompromise", { comment: "found on a disk" });
    expect(raised.result.revocation).toMatchObject({
      reason: "keyCompromise",
      comment: "found on a disk",
      at: first.result.revocation?.at,
    });
    expect((await harness.entriesOf(id)).at(-1)?.details["raised"]).toBe(true);
    expect((await revoke(id, "superseded")).result.revocation?.reason).toBe("keyCompromise");
  });

  test("by ten at once is one revocation with one date", async () => {
    const { id } = await issue();
    const all = await Promise.all(Array.from({ length: 10 }, () => revoke(id)));
    expect(new Set(all.map((dto) => dto.result.revocation?.at)).size).toBe(1);
    expect(
      (await harness.entriesOf(id)).filter(
        (entry) => entry.action === "certificate.revoked" && entry.reason === null,
      ),
    ).toHaveLength(1);
  });

  test.each([
    [
      "an unknown certificate",
      async () => revoke("crt_00000000000000000000000000"),
      "certificate.not-found",
    ],
    [
      "an authority's own certificate",
      async () => revoke((await getAuthority(deps, admin, "issuing")).certificateId ?? ""),
      "certificate.of-authority",
    ],
    [
      "with an invalidity date in the future",
      async () =>
        revoke((await issue()).id, "keyCompromise", { invalidityDate: "2199-01-01T00:00:00Z" }),
      "revocation.invalidity-date",
    ],
    [
      "by an auditor",
      async () =>
        revokeCertificate(deps, adminActor({ role: "auditor" }), (await issue()).id, {
          reason: "superseded",
        }),
      "forbidden",
    ],
    [
      "of another identity by a service",
      async () =>
        revokeCertificate(
          deps,
          adminActor({ role: "service", identityId: "idn_other" }),
          (await issue()).id,
          { reason: "superseded" },
        ),
      "certificate.not-found",
    ],
  ])("refuses %s", async (_name, act, code) => {
    expect((await refusalOf(act())).code).toBe(code);
  });

  test("the database itself refuses a revocation that bypasses the use case", async () => {
    const { id } = await issue();
    await revoke(id);
    await expect(
      harness.asSuper(
        "update certificate set revoked_at = now() - interval '1 day' where id = $1",
        [id],
      ),
    ).rejects.toThrow(/never rewritten/);
    await expect(
      harness.asSuper("update certificate set state = 'issued', revoked_at = null where id = $1", [
        id,
      ]),
    ).rejects.toThrow(/never rewritten/);
    await expect(
      harness.asSuper("update certificate set supersede_at = now() where id = $1", [id]),
    ).rejects.toThrow(/without an entry/);
  });
});

describe("a hold", () => {
  test("can be released, and leaves no trace in the CRL then", async () => {
    const { id } = await issue();
    const held = await revoke(id, "certificateHold", { comment: "investigating" });
    expect(held.result).toMatchObject({
      status: "held",
      revocation: { reason: "certificateHold" },
    });
    expect(await isOnCrl(held.result)).toBe(true);
    const released = await releaseCertificate(deps, admin, id, { comment: "found" });
    expect(released.result).toMatchObject({ status: "valid", revocation: null });
    // The signer takes it off once the log has numbered the release.
    expect(await isOnCrl(released.result)).toBe(true);
    await harness.sequence();
    expect(await isOnCrl(released.result)).toBe(false);
    expect(await actionsOf(id)).toEqual(["certificate.held", "certificate.released"]);
  });

  test("becomes a revocation with the date of the hold", async () => {
    const { id } = await issue();
    const held = await revoke(id, "certificateHold");
    harness.advance(5000);
    expect((await revoke(id, "privilegeWithdrawn")).result.revocation).toMatchObject({
      reason: "privilegeWithdrawn",
      at: held.result.revocation?.at,
    });
  });

  test("twice changes nothing; of a revoked one, and releasing what is not held, is refused", async () => {
    const { id } = await issue();
    const held = await revoke(id, "certificateHold");
    expect((await revoke(id, "certificateHold")).result.revocation).toEqual(held.result.revocation);
    await revoke(id, "superseded");
    expect((await refusalOf(revoke(id, "certificateHold"))).code).toBe("certificate.state");
    expect(await refusalOf(releaseCertificate(deps, admin, id))).toMatchObject({
      code: "certificate.state",
      kind: "conflict",
    });
    expect((await refusalOf(releaseCertificate(deps, admin, (await issue()).id))).code).toBe(
      "certificate.state",
    );
  });
});

describe("the CRL", () => {
  test("keeps an expired entry until one CRL beyond its end, and lists a late revocation at least once", async () => {
    const revoked = await issue("short-lived");
    const late = await issue("short-lived");
    await revoke(revoked.id);
    expect(await isOnCrl(revoked)).toBe(true);
    harness.advance(2 * day);
    expect(await isOnCrl(revoked)).toBe(true);
    harness.advance(120_000);
    expect(await isOnCrl(revoked)).toBe(false);
    expect((await revoke(late.id, "keyCompromise")).result.status).toBe("revoked");
    expect(await isOnCrl(late)).toBe(true);
    for (let crl = 0; crl < 2; crl++) {
      harness.advance(120_000);
      await publishCrl(deps, late.authority.id);
    }
    expect(await isOnCrl(late)).toBe(false);
  });
});

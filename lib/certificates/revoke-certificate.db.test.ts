import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  makeTestHouse,
  makeTestIdentity,
  testActor,
} from "@/server/signer/testing/make-test-house";
import type { TestHouse } from "@/server/signer/testing/make-test-house";
import { makeCsr, refusalOf } from "@/server/signer/testing/requests";
import { publishCrl } from "@/lib/authorities/publish-crl";
import type { Deps } from "@/lib/deps";
import { makeTestKey } from "@/lib/pki/testdata/authorities";
import { readCrl } from "@/lib/pki/crl";
import { getAuthority } from "@/lib/authorities/get-authority";
import { getCertificate } from "./get-certificate";
import { issueCertificate } from "./issue-certificate";
import { releaseCertificate } from "./release-certificate";
import { revokeCertificate } from "./revoke-certificate";
import { rotateCertificate } from "./rotate-certificate";
import { runDueSupersessions } from "./run-due-supersessions";
import type { CertificateDto, RevokeInput } from "./schema";

let house: TestHouse, deps: Deps;
const admin = testActor(),
  day = 86_400_000;

beforeAll(async () => {
  house = await makeTestHouse();
  ({ deps } = house);
});
afterAll(async () => {
  await house.close();
});

async function issue(profile = "tls-server"): Promise<CertificateDto> {
  return issueCertificate(deps, admin, {
    profile,
    identity: await makeTestIdentity(deps),
    csr: await makeCsr(),
  });
}
const revoke = (
  id: string,
  reason: RevokeInput["reason"] = "superseded",
  more: Partial<RevokeInput> = {},
) => revokeCertificate(deps, admin, id, { reason, ...more });
const actionsOf = async (id: string) =>
  (await house.entriesOf(id)).map((entry) => entry.action).slice(2);
async function isOnCrl(dto: CertificateDto): Promise<boolean> {
  return readCrl((await publishCrl(deps, dto.authority.id)).der).has(
    Buffer.from(dto.serial, "hex"),
  );
}

describe("revoking", () => {
  it("is recorded, shows at once and stands on the next CRL", async () => {
    const { id } = await issue();
    const dto = await revoke(id, "keyCompromise", {
      comment: "laptop lost",
      invalidityDate: "2026-01-02T03:04:05Z",
    });
    expect(dto).toMatchObject({
      status: "revoked",
      revocation: {
        reason: "keyCompromise",
        comment: "laptop lost",
        invalidityDate: "2026-01-02T03:04:05Z",
      },
    });
    expect(dto.entryId).toMatch(/^ent_/);
    expect(await actionsOf(id)).toEqual(["certificate.revoked"]);
    expect(await isOnCrl(dto)).toBe(true);
  });

  it("twice is no error, changes nothing, and both times are on the record", async () => {
    const { id } = await issue(),
      first = await revoke(id, "superseded", { comment: "one" });
    house.advance(5000);
    const second = await revoke(id, "cessationOfOperation", { comment: "two" });
    expect(second.revocation).toEqual(first.revocation);
    expect(
      (await house.entriesOf(id)).slice(2).map((entry) => [entry.action, entry.reason]),
    ).toEqual([
      ["certificate.revoked", null],
      ["certificate.revoked", "already"],
    ]);
  });

  it("only ever raises a reason to keyCompromise, and keeps the date", async () => {
    const { id } = await issue(),
      first = await revoke(id, "superseded");
    house.advance(5000);
    const raised = await revoke(id, "keyCompromise", { comment: "found on a disk" });
    expect(raised.revocation).toMatchObject({
      reason: "keyCompromise",
      comment: "found on a disk",
      at: first.revocation?.at,
    });
    expect((await house.entriesOf(id)).at(-1)?.details["raised"]).toBe(true);
    expect((await revoke(id, "superseded")).revocation?.reason).toBe("keyCompromise");
  });

  it("by ten at once is one revocation with one date", async () => {
    const { id } = await issue();
    const all = await Promise.all(Array.from({ length: 10 }, () => revoke(id)));
    expect(new Set(all.map((dto) => dto.revocation?.at)).size).toBe(1);
    expect(
      (await house.entriesOf(id)).filter(
        (entry) => entry.action === "certificate.revoked" && entry.reason === null,
      ),
    ).toHaveLength(1);
  });

  it.each([
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
        revokeCertificate(deps, testActor({ role: "auditor" }), (await issue()).id, {
          reason: "superseded",
        }),
      "forbidden",
    ],
    [
      "of another identity by a service",
      async () =>
        revokeCertificate(
          deps,
          testActor({ role: "service", identityId: "idn_other" }),
          (await issue()).id,
          { reason: "superseded" },
        ),
      "certificate.not-found",
    ],
  ])("refuses %s", async (_name, act, code) => {
    expect((await refusalOf(act())).code).toBe(code);
  });

  it("refuses what was never issued", async () => {
    const { id } = await issue();
    await house.asSuper("alter table certificate disable trigger all");
    await house.asSuper(
      "update certificate set state = 'failed', der = null, fingerprint_sha256 = null where id = $1",
      [id],
    );
    await house.asSuper("alter table certificate enable trigger all");
    expect(await refusalOf(revoke(id))).toMatchObject({
      code: "certificate.state",
      kind: "conflict",
    });
  });

  it("is refused by the database itself if somebody goes round it", async () => {
    const { id } = await issue();
    await revoke(id);
    await expect(
      house.asSuper("update certificate set revoked_at = now() - interval '1 day' where id = $1", [
        id,
      ]),
    ).rejects.toThrow(/never rewritten/);
    await expect(
      house.asSuper("update certificate set state = 'issued', revoked_at = null where id = $1", [
        id,
      ]),
    ).rejects.toThrow(/never rewritten/);
    await expect(
      house.asSuper("update certificate set supersede_at = now() where id = $1", [id]),
    ).rejects.toThrow(/without an entry/);
  });
});

describe("a hold", () => {
  it("can be released, and leaves no trace in the CRL then", async () => {
    const { id } = await issue(),
      held = await revoke(id, "certificateHold", { comment: "investigating" });
    expect(held).toMatchObject({ status: "held", revocation: { reason: "certificateHold" } });
    expect(await isOnCrl(held)).toBe(true);
    const released = await releaseCertificate(deps, admin, id, { comment: "found" });
    expect(released).toMatchObject({ status: "valid", revocation: null });
    expect(await isOnCrl(released)).toBe(false);
    expect(await actionsOf(id)).toEqual(["certificate.held", "certificate.released"]);
  });

  it("becomes a revocation with the date of the hold", async () => {
    const { id } = await issue(),
      held = await revoke(id, "certificateHold");
    house.advance(5000);
    expect((await revoke(id, "privilegeWithdrawn")).revocation).toMatchObject({
      reason: "privilegeWithdrawn",
      at: held.revocation?.at,
    });
  });

  it("twice changes nothing; of a revoked one, and releasing what is not held, is refused", async () => {
    const { id } = await issue(),
      held = await revoke(id, "certificateHold");
    expect((await revoke(id, "certificateHold")).revocation).toEqual(held.revocation);
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

describe("rotating", () => {
  it("now: a successor with a new key, linked both ways, the predecessor superseded in the same transaction", async () => {
    const old = await issue(),
      successor = await rotateCertificate(deps, admin, old.id, {
        csr: await makeCsr(),
        overlapSeconds: 0,
      });
    expect(successor).toMatchObject({
      status: "valid",
      predecessorId: old.id,
      identity: old.identity,
      profile: old.profile,
    });
    expect(await getCertificate(deps, admin, old.id)).toMatchObject({
      status: "revoked",
      successorId: successor.id,
      revocation: { reason: "superseded" },
    });
    expect(await actionsOf(old.id)).toEqual(["certificate.rotated", "certificate.revoked"]);
    expect((await house.entriesOf(successor.id)).map((entry) => entry.action)).toEqual([
      "certificate.planned",
      "certificate.issued",
    ]);
  });

  it("with an overlap: the job revokes when it is over, and not before", async () => {
    const old = await issue();
    await rotateCertificate(deps, admin, old.id, { csr: await makeCsr(), overlapSeconds: 3600 });
    await runDueSupersessions(deps);
    expect(await getCertificate(deps, admin, old.id)).toMatchObject({ status: "valid" });
    house.advance(3_601_000);
    await runDueSupersessions(deps);
    expect(await getCertificate(deps, admin, old.id)).toMatchObject({
      status: "revoked",
      revocation: { reason: "superseded" },
    });
    expect(await actionsOf(old.id)).toEqual(["certificate.rotated", "certificate.revoked"]);
    expect(await runDueSupersessions(deps)).toEqual({ superseded: 0 });
  });

  it("takes the profile's overlap if none is asked for", async () => {
    const old = await issue();
    await rotateCertificate(deps, admin, old.id, { csr: await makeCsr() });
    const { supersedeAt } = await getCertificate(deps, admin, old.id);
    expect(
      Math.round((new Date(supersedeAt ?? 0).getTime() - deps.clock.now().getTime()) / 3_600_000),
    ).toBe(24);
  });

  it("refuses the same key, a key that had a certificate before, and says so on the record", async () => {
    const key = makeTestKey("ecdsa-p256"),
      identity = await makeTestIdentity(deps),
      csr = await makeCsr(["r.example.com"], key);
    const old = await issueCertificate(deps, admin, { profile: "tls-server", identity, csr });
    expect(
      (await refusalOf(rotateCertificate(deps, admin, old.id, { csr }))).findings.map(
        (finding) => finding.code,
      ),
    ).toEqual(["key.not-new"]);
    const next = await rotateCertificate(deps, admin, old.id, { csr: await makeCsr() });
    expect(
      (await refusalOf(rotateCertificate(deps, admin, next.id, { csr }))).findings.map(
        (finding) => finding.code,
      ),
    ).toEqual(["key.not-new"]);
    expect((await house.entriesOf(identity)).map((entry) => entry.action)).toEqual([
      "identity.created",
      "certificate.refused",
      "certificate.refused",
    ]);
  });

  it("refuses a second successor, one after the other and at the same time", async () => {
    const old = await issue(),
      csrs = await Promise.all(Array.from({ length: 5 }, () => makeCsr()));
    const outcomes = await Promise.allSettled(
      csrs.map((csr) => rotateCertificate(deps, admin, old.id, { csr })),
    );
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
    expect(
      (
        await refusalOf(rotateCertificate(deps, admin, old.id, { csr: await makeCsr() }))
      ).findings.map((finding) => finding.code),
    ).toContain("certificate.has-successor");
  });

  it("refuses a held and a revoked one; links an expired one and leaves it expired", async () => {
    const held = await issue(),
      revoked = await issue(),
      short = await issue("short-lived");
    await revoke(held.id, "certificateHold");
    await revoke(revoked.id);
    for (const { id } of [held, revoked]) {
      expect(
        (
          await refusalOf(rotateCertificate(deps, admin, id, { csr: await makeCsr() }))
        ).findings.map((finding) => finding.code),
      ).toEqual(["certificate.state"]);
    }
    house.advance(2 * day);
    const successor = await rotateCertificate(deps, admin, short.id, {
      csr: await makeCsr(),
      overlapSeconds: 0,
    });
    expect(await getCertificate(deps, admin, short.id)).toMatchObject({
      status: "expired",
      successorId: successor.id,
      revocation: null,
    });
  });
});

describe("the CRL", () => {
  it("keeps an expired entry until one CRL beyond its end, and lists a late revocation at least once", async () => {
    const revoked = await issue("short-lived"),
      late = await issue("short-lived");
    await revoke(revoked.id);
    expect(await isOnCrl(revoked)).toBe(true);
    house.advance(2 * day);
    expect(await isOnCrl(revoked)).toBe(true);
    house.advance(120_000);
    expect(await isOnCrl(revoked)).toBe(false);
    expect((await revoke(late.id, "keyCompromise")).status).toBe("revoked");
    expect(await isOnCrl(late)).toBe(true);
    for (let crl = 0; crl < 2; crl++) {
      house.advance(120_000);
      await publishCrl(deps, late.authority.id);
    }
    expect(await isOnCrl(late)).toBe(false);
  });
});

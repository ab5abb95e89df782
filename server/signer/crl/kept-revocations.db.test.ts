import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { adminActor } from "@/testing/actors";
import { openCrlFixture, type CrlFixture } from "@/testing/signer/crl-fixture";

// What the application's role can do, and worse: the superuser with every guard switched off. No CRL
// of the signer follows.
const admin = adminActor();
const day = 86_400_000;
let fixture: CrlFixture;

beforeAll(async () => {
  fixture = await openCrlFixture();
});
afterAll(async () => {
  await fixture.close();
});
beforeEach(() => {
  fixture.notices.length = 0;
});

describe("what the database says later takes no certificate off a CRL", () => {
  test.each([
    ["its row is deleted", "delete from certificate where id = $1"],
    [
      "its row says that it was never revoked",
      "update certificate set state = 'issued', revoked_at = null, revocation_reason = null where id = $1",
    ],
    [
      "its row says that it was only planned",
      "update certificate set state = 'planned', revoked_at = null, revocation_reason = null where id = $1",
    ],
    [
      "its notAfter was moved to the past",
      "update certificate set not_after = now() - interval '2 years', revoked_at = now() - interval '3 years' where id = $1",
    ],
    [
      "it was given to another authority",
      "update certificate set issuer_id = (select id from authority where slug = 'root') where id = $1",
    ],
    ["it was moved to a part of the CRL", "update certificate set crl_shard = 'x' where id = $1"],
    [
      "its serial number was exchanged",
      "update certificate set serial = '\\x0102030405060708090a0b0c0d0e0f10' where id = $1",
    ],
  ])("a revoked certificate stays on the CRL when %s", async (_how, sql) => {
    const certificate = await fixture.revoked();
    expect(await fixture.lists(certificate)).toBe(true);
    await fixture.force(sql, [certificate.id]);
    expect(await fixture.lists(certificate)).toBe(true);
    fixture.restart();
    expect(await fixture.lists(certificate)).toBe(true);
    await fixture.force("delete from certificate where id = $1", [certificate.id]);
  });

  test("a CRL that the database would make smaller is reported with the number of certificates", async () => {
    const certificates = [await fixture.revoked(), await fixture.revoked()];
    await fixture.sign();
    const ids = certificates.map(({ id }) => id);
    await fixture.force("delete from certificate where id = any($1)", [ids]);
    fixture.notices.length = 0;
    const { remembered } = await fixture
      .restart()
      .signCrl({ authorityId: fixture.issuingId, shard: "" });
    expect(remembered.length).toBeGreaterThanOrEqual(2);
    expect(fixture.notices).toEqual([
      expect.stringContaining(
        `${remembered.length} revoked and 0 held certificates are missing there`,
      ),
    ]);
  });

  test("an emptied table of certificates leaves the CRL as long as it was", async () => {
    await fixture.revoked();
    const before = (await fixture.sign()).count;
    expect(before).toBeGreaterThan(0);
    await fixture.force("delete from certificate where state in ('revoked', 'held')");
    expect((await fixture.sign()).count).toBe(before);
  });

  test("a certificate leaves the CRL after it expired and was on one more, and not before", async () => {
    const certificate = await fixture.revoked();
    await fixture.sign();
    fixture.harness.setTime(new Date(certificate.notAfter).getTime() - 1000);
    expect(await fixture.lists(certificate)).toBe(true);
    fixture.harness.setTime(new Date(certificate.notAfter).getTime() + 120_000);
    expect(await fixture.lists(certificate)).toBe(true);
    fixture.harness.setTime(new Date(certificate.notAfter).getTime() + 240_000);
    expect(await fixture.lists(certificate)).toBe(false);
    fixture.restart();
    expect(await fixture.lists(certificate)).toBe(false);
    fixture.harness.setTime(Date.now());
  });

  test("the expiration that counts is the one in the certificate, not the one in its row", async () => {
    const certificate = await fixture.issue();
    await fixture.force(
      "update certificate set not_after = now() - interval '1 day' where id = $1",
      [certificate.id],
    );
    await revokeCertificate(fixture.harness.deps, admin, certificate.id, { reason: "superseded" });
    await fixture.sign();
    for (const days of [1, 2, 3]) {
      fixture.harness.setTime(Date.now() + days * day);
      expect(await fixture.lists(certificate)).toBe(true);
    }
    fixture.harness.setTime(Date.now());
  });

  test("a clock that ran ahead for a while hides no certificate that is revoked afterwards", async () => {
    fixture.harness.setTime(Date.now() + 30 * 365 * day);
    await fixture.sign();
    fixture.harness.setTime(Date.now());
    const certificate = await fixture.revoked();
    expect(await fixture.lists(certificate)).toBe(true);
  });
});

describe("what a CRL states about a certificate is never taken back", () => {
  test.each([
    ["earlier", "now() - interval '1 year'"],
    ["later", "now() + interval '1 year'"],
    ["infinitely late", "'infinity'"],
  ])("the date of a revocation is not moved %s", async (_how, date) => {
    const certificate = await fixture.revoked();
    const before = await fixture.statement(certificate);
    await fixture.force(`update certificate set revoked_at = ${date} where id = $1`, [
      certificate.id,
    ]);
    expect(await fixture.statement(certificate)).toEqual(before);
    await fixture.force("delete from certificate where id = $1", [certificate.id]);
  });

  test.each(["now() + interval '1 year'", "'infinity'"])(
    "a revocation is never dated after the CRL that first lists it: %s",
    async (date) => {
      const certificate = await fixture.revoked();
      await fixture.force(`update certificate set revoked_at = ${date} where id = $1`, [
        certificate.id,
      ]);
      const { thisUpdate } = await fixture.sign();
      const statement = await fixture.statement(certificate);
      expect(Number(statement?.revokedAt)).toBeLessThanOrEqual(thisUpdate.getTime() + 1000);
      await fixture.force("delete from certificate where id = $1", [certificate.id]);
    },
  );

  test("a key compromise is not played down, and another reason can become one", async () => {
    const [stolen, old] = [
      await fixture.revoked("keyCompromise"),
      await fixture.revoked("superseded"),
    ];
    await fixture.sign();
    await fixture.force("update certificate set revocation_reason = 'superseded' where id = $1", [
      stolen.id,
    ]);
    await revokeCertificate(fixture.harness.deps, admin, old.id, { reason: "keyCompromise" });
    expect(await fixture.statement(stolen)).toMatchObject({ reason: "keyCompromise" });
    expect(await fixture.statement(old)).toMatchObject({ reason: "keyCompromise" });
  });
});

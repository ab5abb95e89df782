import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readCrl } from "@/lib/pki/crl-reader";
import { refusalOf } from "@/testing/ca/requests";
import { openCrlFixture, type CrlFixture } from "@/testing/signer/crl-fixture";

// What the application's role can do, and worse: the superuser with every guard switched off. No CRL
// of the signer follows.
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

const ask = (authorityId: string, shard = "") => fixture.restart().signCrl({ authorityId, shard });
const insertCrl = (number: string, thisUpdate: string, nextUpdate: string) =>
  fixture.asApplication(
    `crl_${number.padStart(26, "0")}`,
    `insert into crl (id, authority_id, shard, number, this_update, next_update, entry_count, der, created_at)
      values ($1, $2, '', $3, $4, $5, 0, '\\x00', now())`,
    [`crl_${number.padStart(26, "0")}`, fixture.issuingId, number, thisUpdate, nextUpdate],
  );

describe("number, times and scope of a CRL are the signer's decision", () => {
  test("a row with dates in 2099 neither empties a CRL nor dates one", async () => {
    const certificate = await fixture.revoked();
    await insertCrl("4100000000000", "2099-01-01", "2099-01-02");
    const crl = await fixture.sign();
    expect(crl.has(Buffer.from(certificate.serial, "hex"))).toBe(true);
    expect(Math.abs(crl.thisUpdate.getTime() - Date.now())).toBeLessThan(60_000);
  });

  test("a row with the largest number that the database can hold does not choose the next one", async () => {
    await insertCrl("9223372036854775807", "2026-01-01", "2026-01-02");
    const { crlNumber } = await fixture.sign();
    expect(crlNumber).toBeLessThan(9_000_000_000_000n);
  });

  test("numbers only grow: after a restart, with the clock set back, without the database's rows", async () => {
    const before = await fixture.sign();
    fixture.restart();
    fixture.harness.advance(-3 * day);
    const back = await fixture.sign();
    expect(back.crlNumber).toBe(before.crlNumber + 1n);
    await fixture.force("delete from crl");
    expect((await fixture.sign()).crlNumber).toBe(back.crlNumber + 1n);
    fixture.harness.setTime(Date.now());
  });

  test("concurrent requests get different numbers", async () => {
    const crls = await Promise.all([fixture.sign(), fixture.sign(), fixture.sign()]);
    expect(new Set(crls.map((crl) => crl.crlNumber)).size).toBe(3);
  });

  test("what a caller says about number and times is not read", async () => {
    const input = {
      authorityId: fixture.issuingId,
      shard: "",
      number: 10n ** 24n,
      thisUpdate: new Date("2036-01-01"),
      nextUpdate: new Date("2036-01-09"),
    };
    const { der } = await fixture.restart().signCrl(input);
    const crl = readCrl(der);
    expect(crl.crlNumber).toBeLessThan(9_000_000_000_000n);
    expect(Math.abs(crl.thisUpdate.getTime() - Date.now())).toBeLessThan(60_000);
  });

  test.each([
    ["a century", 3_153_600_000 / 2, 10 * day],
    ["a second", 1, 600_000],
    ["nothing", 0, 600_000],
    ["less than nothing", -86_400, 600_000],
  ])("a lifetime of %s is brought within the signer's limits", async (_how, seconds, lifetime) => {
    await fixture.force("update authority set crl_period_seconds = $2 where id = $1", [
      fixture.issuingId,
      seconds,
    ]);
    const { thisUpdate, nextUpdate } = await fixture.sign();
    expect(nextUpdate.getTime() - thisUpdate.getTime()).toBe(lifetime);
    await fixture.force("update authority set crl_period_seconds = 86400");
  });

  test.each([
    "../x",
    "..",
    "x",
    "root",
    " ",
    "\0",
    "%2e%2e/x",
    "issuing",
    "/",
    "0",
    "x".repeat(200),
  ])("no CRL of another name is signed: %j", async (shard) => {
    expect((await refusalOf(ask(fixture.issuingId, shard))).code).toBe("signer.crl-shard");
  });

  test.each(["", "ca_unknown", "../../etc", "issuing", "ca_' or true --"])(
    "no CRL is signed for an authority that does not exist: %j",
    async (id) => {
      expect((await refusalOf(ask(id))).code).toBe("signer.authority-not-active");
    },
  );

  test("no CRL is signed for an authority that is not active yet", async () => {
    await fixture.force("update authority set status = 'pending' where id = $1", [fixture.rootId]);
    expect((await refusalOf(ask(fixture.rootId))).code).toBe("signer.authority-not-active");
    await fixture.force("update authority set status = 'active' where id = $1", [fixture.rootId]);
  });

  test("a retired authority still lists every certificate that it revoked", async () => {
    const certificate = await fixture.revoked();
    await fixture.sign();
    await fixture.force("update authority set status = 'retired' where id = $1", [
      fixture.issuingId,
    ]);
    expect(await fixture.lists(certificate)).toBe(true);
    await fixture.force("update authority set status = 'active' where id = $1", [
      fixture.issuingId,
    ]);
  });

  test("a CRL lists no certificate of another authority", async () => {
    const certificate = await fixture.revoked();
    const crl = await fixture.sign(fixture.rootId);
    expect(crl.has(Buffer.from(certificate.serial, "hex"))).toBe(false);
  });

  test("an authority with the certificate of another one signs no CRL", async () => {
    await fixture.force(
      "update authority a set certificate_der = (select certificate_der from authority where slug = 'root') where a.id = $1",
      [fixture.issuingId],
    );
    const { code } = await refusalOf(ask(fixture.issuingId));
    await fixture.force(
      "update authority a set certificate_der = (select der from certificate c where c.id = a.certificate_id) where a.id = $1",
      [fixture.issuingId],
    );
    expect(code).toBe("signer.issuer-differs");
  });

  test("another row with the same key has the same CRL: no second name empties it", async () => {
    const certificate = await fixture.revoked();
    await fixture.sign();
    await fixture.force(
      `insert into authority (id, slug, name, kind, status, key_algorithm, key_id, subject_text, crl_period_seconds, created_at, certificate_der)
        select 'ca_00000000000000000000000000', 'other', name, kind, status, key_algorithm, 'key_moved', subject_text, crl_period_seconds, created_at, certificate_der from authority where id = $1`,
      [fixture.issuingId],
    );
    await fixture.force("update authority set key_id = 'key_free' where id = $1", [
      fixture.issuingId,
    ]);
    const [row] = await fixture.harness.asSuper(
      "select id from signing_key k where not exists (select from authority a where a.key_id = k.id)",
    );
    await fixture.force(
      "update authority set key_id = $1 where id = 'ca_00000000000000000000000000'",
      [row?.["id"]],
    );
    const crl = await fixture.sign("ca_00000000000000000000000000");
    expect(crl.has(Buffer.from(certificate.serial, "hex"))).toBe(true);
    await fixture.force("delete from authority where id = 'ca_00000000000000000000000000'");
    await fixture.force("update authority set key_id = $2 where id = $1", [
      fixture.issuingId,
      row?.["id"],
    ]);
  });
});

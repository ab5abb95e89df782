import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256Hex } from "@/lib/format/hash";
import { publishCrl, type PublishedCrl } from "@/lib/authorities/publish-crl";
import { hourMs } from "@/lib/format/time-units";
import { makeCheck } from "@/lib/log/reconcile/check";
import { makeReplay } from "@/lib/log/reconcile/replay";
import { reconcile } from "@/lib/log/reconcile/reconcile";
import { applyCrlChanges } from "@/lib/pki/crl-changes";
import { atOnce } from "@/lib/pki/steps";
import { openCrlFixture, type CrlFixture } from "@/testing/signer/crl-fixture";
import { revokeMany } from "@/testing/signer/revoke-many";
import { makeCrlStore } from "./crl-store";

const many = 9_000;
let fixture: CrlFixture;

beforeAll(async () => {
  fixture = await openCrlFixture();
  const { id } = await fixture.issue();
  await revokeMany(fixture, id, 1, many);
});
afterAll(async () => {
  await fixture.close();
});

const publish = (): Promise<PublishedCrl> => publishCrl(fixture.harness.deps, fixture.issuingId);
const rowOf = async ({ id }: PublishedCrl) =>
  (
    await fixture.harness.asSuper(
      "select der is not null as whole, base_number::text as base, octet_length(changes) as changes from crl where id = $1",
      [id],
    )
  )[0];
/** What the comparison with the log says about CRLs: the many certificates have no entries. */
async function crlProblems({ deps }: CrlFixture["harness"]): Promise<readonly string[]> {
  const check = makeCheck();
  const replay = makeReplay(check.problem);
  const entityTypes = replay.entityTypes.filter(({ name }) => name === "crl");
  return (await reconcile(deps, { check, replay: { ...replay, entityTypes } })).problems;
}
/** What a node serves that starts now. */
async function servedAfterStart(): Promise<Uint8Array> {
  const store = makeCrlStore(fixture.harness.deps);
  await store.reload(null);
  return store.find(fixture.issuingId, "")?.body ?? new Uint8Array();
}
const isSame = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;

describe("a large CRL", () => {
  let base: PublishedCrl;
  test("is stored whole, and the next one as what it changes; a node that starts serves it octet for octet", async () => {
    base = await publish();
    expect(base.entryCount).toBeGreaterThanOrEqual(many);
    expect(await rowOf(base)).toEqual({ whole: true, base: null, changes: null });
    for (let n = 0; n < 4; n++) {
      await fixture.revoked();
      const next = await publish();
      expect(await rowOf(next)).toMatchObject({ whole: false, base: String(base.number) });
      expect(Number((await rowOf(next))?.["changes"])).toBeLessThan(2_000);
      expect(isSame(await servedAfterStart(), next.der)).toBe(true);
    }
    expect(await rowOf(base)).toMatchObject({ whole: true });
  });

  test("has the bytes that its entry names, as the nightly check computes them", async () => {
    const next = await publish();
    const [row] = await fixture.harness.asSuper(
      "select encode(sha256(tlog.crl_with_changes(b.der, c.changes)), 'hex') as digest from crl c join crl b on b.authority_id = c.authority_id and b.number = c.base_number where c.id = $1",
      [next.id],
    );
    const [entry] = await fixture.harness.entriesOf(next.id);
    expect(row?.["digest"]).toBe(sha256Hex(next.der));
    expect(entry?.details).toMatchObject({ sha256: sha256Hex(next.der) });
  });

  test("is put together by the database as by a node, also of 20,000 changes of ten megabytes, within seconds", async () => {
    const [bytes, steps] = [randomBytes(10_000_000), 20_000];
    const changes = Buffer.concat(
      Array.from({ length: steps }, (_, n) => {
        const step = Buffer.alloc(12 + (n % 3), n);
        for (const [index, value] of [n * 500, 490, n % 3].entries())
          step.writeUInt32BE(value, index * 4);
        return step;
      }),
    );
    const { asSuper } = fixture.harness;
    await asSuper("set statement_timeout = '8s'");
    const [row] = await asSuper(
      "select encode(sha256(tlog.crl_with_changes($1, $2)), 'hex') as digest",
      [bytes, changes],
    );
    await asSuper("reset statement_timeout");
    expect(row?.["digest"]).toBe(sha256Hex(atOnce(applyCrlChanges(bytes, changes)) ?? ""));
  });

  test.each([
    [
      "the application can't let go of the base while something is made of it",
      "update crl set der = null where id = $1",
    ],
    ["nor write changes to a row", "update crl set der = null, changes = '\\x00' where id = $1"],
    ["nor another base", "update crl set der = null, base_number = 1 where id = $1"],
  ])("%s", async (_, sql) => {
    await expect(fixture.asApplication(base.id, sql, [base.id])).rejects.toThrow(
      /never rewritten|permission denied|is immutable|never change/,
    );
    expect(await rowOf(base)).toMatchObject({ whole: true });
  });

  test("changes of a CRL that let go of its bytes are not stored", async () => {
    const last = await publish();
    const id = "crl_000000000000000000000base";
    const inserted = fixture.asApplication(
      id,
      `insert into crl (id, authority_id, shard, number, this_update, next_update, entry_count, created_at, base_number, changes)
        select $1, authority_id, shard, number + 1, this_update, next_update, entry_count, created_at, number, '\\x00' from crl where id = $2`,
      [id, last.id],
    );
    await expect(inserted).rejects.toMatchObject({ constraint: "crl_has_base" });
  });

  test("changes that were tampered with are not served: the CRL before is", async () => {
    const before = await publish();
    const next = await publish();
    await fixture.forceUnnoticed(
      "update crl set changes = set_byte(changes, octet_length(changes) - 1, 255 - get_byte(changes, octet_length(changes) - 1)) where id = $1",
      [next.id],
    );
    expect(isSame(await servedAfterStart(), before.der)).toBe(true);
    await publish();
  });

  test.each([
    ["its changes are empty", "changes = ''"],
    ["its changes are cut off", "changes = substr(changes, 1, octet_length(changes) - 1)"],
    ["it changes a CRL that does not exist", "base_number = 1"],
    ["it changes no CRL", "base_number = null"],
    ["its bytes are gone, although nothing is newer", "changes = null"],
  ])(
    "if %s, the comparison with the log names it, and a node that starts serves the one before",
    async (_, set) => {
      const { sequence, asSuper } = fixture.harness;
      const before = await publish();
      await fixture.revoked();
      const last = await publish();
      await sequence();
      await asSuper("alter table crl drop constraint if exists crl_changes_of_base");
      await fixture.forceUnnoticed("create table kept_crl as select * from crl");
      await fixture.forceUnnoticed(`update crl set ${set} where id = $1`, [last.id]);
      expect(await crlProblems(fixture.harness)).toEqual([expect.stringContaining(last.id)]);
      expect(isSame(await servedAfterStart(), before.der)).toBe(true);
      await fixture.forceUnnoticed(
        "update crl c set changes = k.changes, base_number = k.base_number from kept_crl k where k.id = c.id",
      );
      await asSuper("drop table kept_crl");
      expect(await crlProblems(fixture.harness)).toEqual([]);
      expect(isSame(await servedAfterStart(), last.der)).toBe(true);
    },
  );

  test("hundreds of rows of a few octets, each as large as its base, are named within seconds", async () => {
    await publish();
    const last = await publish();
    await fixture.harness.sequence();
    const { base: number } = (await rowOf(last)) ?? {};
    const forged = "crl_forged%";
    await fixture.forceUnnoticed(
      `insert into crl (id, authority_id, shard, number, this_update, next_update, entry_count, created_at, base_number, changes)
        select 'crl_forged' || lpad(n::text, 16, '0'), authority_id, shard, number + n, this_update, next_update, entry_count, created_at, $2,
          '\\x00000000'::bytea || int4send(400000) || '\\x00000000'::bytea from crl, generate_series(1, 400) as n where id = $1`,
      [last.id, number],
    );
    const count = "select count(*)::int as count from crl where id like $1";
    expect(await fixture.harness.asSuper(count, [forged])).toEqual([{ count: 400 }]);
    const began = performance.now();
    expect((await crlProblems(fixture.harness)).length).toBeGreaterThan(100);
    expect(performance.now() - began).toBeLessThan(5_000);
    await fixture.forceUnnoticed("delete from crl where id like $1", [forged]);
    expect(await crlProblems(fixture.harness)).toEqual([]);
  });

  test("a base whose bytes were changed is named with what is made of it, and an hour later a CRL is stored whole", async () => {
    const { sequence, setTime } = fixture.harness;
    setTime(Date.now());
    const before = await rowOf(await publish());
    await sequence();
    const flip =
      "update crl set der = set_byte(der, 999, 255 - get_byte(der, 999)) where number = $1";
    await fixture.forceUnnoticed(flip, [before?.["base"]]);
    const problems = await crlProblems(fixture.harness);
    expect(problems.length).toBeGreaterThanOrEqual(3);
    setTime(Date.now() + hourMs);
    const next = await publish();
    expect(await rowOf(next)).toEqual({ whole: true, base: null, changes: null });
    expect(isSame(await servedAfterStart(), next.der)).toBe(true);
    await fixture.forceUnnoticed(flip, [before?.["base"]]);
    expect(await crlProblems(fixture.harness)).toEqual([]);
    [base] = [next];
  });

  test("is stored whole when another node let go of the base", async () => {
    await fixture.forceUnnoticed("update crl set der = null where id = $1", [base.id]);
    await fixture.revoked();
    const next = await publish();
    expect(await rowOf(next)).toEqual({ whole: true, base: null, changes: null });
    expect(isSame(await servedAfterStart(), next.der)).toBe(true);
    expect(await rowOf(await publish())).toMatchObject({ whole: false, base: String(next.number) });
  });

  test("is stored whole once it changes much, and the base is let go when nothing is made of it any more", async () => {
    const { id } = await fixture.issue();
    const before = await publish();
    const { base: old } = (await rowOf(before)) ?? {};
    await revokeMany(fixture, id, many + 1, many + 3_000);
    const next = await publish();
    expect(next.entryCount).toBeGreaterThan(before.entryCount + 2_000);
    expect(await rowOf(next)).toEqual({ whole: true, base: null, changes: null });
    for (let n = 0; n < 4; n++) await publish();
    const kept = await fixture.harness.asSuper(
      "select number::text as number from crl where authority_id = $1 and (der is not null or changes is not null) order by 1",
      [fixture.issuingId],
    );
    expect(kept).toHaveLength(4);
    expect(kept[0]?.["number"]).toBe(String(next.number));
    expect(kept.map(({ number }) => number)).not.toContain(old);
  });
});

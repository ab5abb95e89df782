import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256Hex } from "@/lib/format/hash";
import { publishCrl, type PublishedCrl } from "@/lib/authorities/publish-crl";
import { openCrlFixture, type CrlFixture } from "@/testing/signer/crl-fixture";
import { makeCrlStore } from "./crl-store";

const many = 9_000;
let fixture: CrlFixture;

beforeAll(async () => {
  fixture = await openCrlFixture();
  const { id } = await fixture.issue();
  await revokeMany(id, 1, many);
});
afterAll(async () => {
  await fixture.close();
});

/** Copies a certificate, as revoked, with other serial numbers. */
async function revokeMany(id: string, from: number, to: number): Promise<void> {
  const columns = await fixture.harness.asSuper(
    "select column_name as name from information_schema.columns where table_schema = 'public' and table_name = 'certificate' and is_generated = 'NEVER'",
  );
  const changed: Readonly<Record<string, string>> = {
    id: "'crt_many' || lpad(n::text, 18, '0')",
    serial: "'\\x40'::bytea || substr(sha256(int8send(n)), 1, 15)",
    fingerprint_sha256: "sha256(int8send(-n))",
    state: "'revoked'",
    revoked_at: "now() - n * interval '7 seconds'",
    revocation_reason: "'superseded'",
    predecessor_id: "null",
  };
  const names = columns.map(({ name }) => String(name));
  await fixture.forceStamped(
    `insert into certificate (${names.join(", ")}) select ${names.map((name) => changed[name] ?? `c.${name}`).join(", ")}
      from certificate c, generate_series($2::bigint, $3::bigint) as n where c.id = $1`,
    [id, from, to],
  );
}

const publish = (): Promise<PublishedCrl> => publishCrl(fixture.harness.deps, fixture.issuingId);
const rowOf = async ({ id }: PublishedCrl) =>
  (
    await fixture.harness.asSuper(
      "select der is not null as whole, base_number::text as base, octet_length(changes) as changes from crl where id = $1",
      [id],
    )
  )[0];
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
    await revokeMany(id, many + 1, many + 3_000);
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

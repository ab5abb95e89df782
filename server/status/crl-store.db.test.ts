import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { publishCrl } from "@/lib/authorities/publish-crl";
import { dayMs, hourMs } from "@/lib/format/time-units";
import { buildCrlTbs } from "@/testing/pki/build-crl";
import { toPem } from "@/lib/pki/pem";
import { issuerFactsOf } from "@/lib/pki/issuer";
import { readAuthorityIndex } from "@/lib/status/authority-index";
import { startCrlPublisher } from "@/server/jobs/crl-publisher";
import { openCrlFixture, type CrlFixture } from "@/testing/signer/crl-fixture";
import { until } from "@/testing/gateway/test-gateway";
import { makeCrlStore, type CrlStore } from "./crl-store";

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let fixture: CrlFixture;
let store: CrlStore;
let now: number;

beforeAll(async () => {
  fixture = await openCrlFixture();
});
afterAll(async () => {
  await fixture.close();
});
beforeEach(async () => {
  now = Date.now();
  fixture.harness.setTime(now);
  const { deps } = fixture.harness;
  for (const id of [fixture.issuingId, fixture.rootId]) await publishCrl(deps, id);
  store = makeCrlStore(deps);
  await store.reload(null);
});

const served = () => store.find(fixture.issuingId, "");
const chain = () => store.findPem([fixture.issuingId, fixture.rootId]);

/** Publishes what is due, as the leader does, until this holds. */
async function publishUntil(holds: () => Promise<boolean>): Promise<void> {
  const index = await readAuthorityIndex(fixture.harness.deps);
  const publisher = startCrlPublisher(fixture.harness.deps, () => index, store, silent);
  publisher.lead(true);
  await until(holds);
  await publisher.job.stop();
}

describe("no CRL is served that is not valid now", () => {
  test("after the clock went back: none from the future, as DER, as PEM and in the chain, until a new one follows at once", async () => {
    const before = served()?.etag;
    expect(await chain()).not.toBeNull();
    fixture.harness.setTime(now - 3 * dayMs);
    expect([served(), await store.findPem([fixture.issuingId]), await chain()]).toEqual([
      null,
      null,
      null,
    ]);
    await publishUntil(async () => (await chain()) !== null);
    expect(served()?.etag).not.toBe(before);
    expect(served()?.lastModified.getTime()).toBeLessThanOrEqual(now - 3 * dayMs);
  });

  test("after a long downtime: none that expired, until a new one follows at once", async () => {
    fixture.harness.setTime(now + 30 * dayMs);
    expect([served(), await chain()]).toEqual([null, null]);
    await publishUntil(async () => (await chain()) !== null);
  });

  test("a chain with one CRL that is not valid is not served: a checker would refuse every certificate", async () => {
    fixture.harness.setTime(now + 2 * dayMs);
    await publishCrl(fixture.harness.deps, fixture.issuingId);
    await store.reload(null);
    expect(served()).not.toBeNull();
    expect(await chain()).toBeNull();
  });

  test("a CRL of a node whose clock is ahead replaces the one before only when its time has come", async () => {
    const before = served();
    fixture.harness.setTime(now + 2_000);
    await publishCrl(fixture.harness.deps, fixture.issuingId);
    fixture.harness.setTime(now);
    await store.reload(null);
    expect(served()).toBe(before);
    fixture.harness.setTime(now + 2_000);
    expect(served()?.etag).not.toBe(before?.etag);
  });
});

test("the CRLs of a chain are one PEM file that expires with the first of them", async () => {
  fixture.harness.setTime(now + hourMs);
  await publishCrl(fixture.harness.deps, fixture.issuingId);
  await store.reload(null);
  const file = await chain();
  const text = Buffer.from(file?.body ?? []).toString();
  expect(text.match(/-----BEGIN X509 CRL-----/g)).toHaveLength(2);
  expect(file?.expires).toEqual(store.find(fixture.rootId, "")?.expires);
  expect(file?.lastModified).toEqual(served()?.lastModified);
});

test("a CRL of the same second as the one before has a later date, in DER and PEM, for clients that ask only by date", async () => {
  const { deps } = fixture.harness;
  const first = served();
  const firstPem = await store.findPem([fixture.issuingId]);
  await publishCrl(deps, fixture.issuingId);
  await store.reload(null);
  expect(served()?.etag).not.toBe(first?.etag);
  const seconds = [first, served(), firstPem, await store.findPem([fixture.issuingId])].map((one) =>
    Math.floor((one?.lastModified.getTime() ?? 0) / 1000),
  );
  expect(seconds[1]).toBe(seconds[0]! + 1);
  expect(seconds[3]).toBe(seconds[2]! + 1);
});

test("the file of a chain is made once for all requests, and again once a CRL in it is replaced", async () => {
  const all = await Promise.all(Array.from({ length: 3 }, chain));
  const bodies = new Set([...all, await chain()].map((one) => one?.body));
  expect(bodies.size).toBe(1);
  const next = await publishCrl(fixture.harness.deps, fixture.rootId);
  await store.reload(null);
  const later = await chain();
  const text = Buffer.from(later?.body ?? []).toString();
  expect(bodies).not.toContain(later?.body);
  expect(later?.etag).not.toBe(all[0]?.etag);
  expect(text).toContain(toPem("X509 CRL", next.der));
});

test("a publisher that was overtaken never replaces the newer CRL: publication is a compare-and-swap on the number", async () => {
  const { deps } = fixture.harness;
  // Another node: its own queue, the same lock.
  const other = { ...deps, db: { ...deps.db } };
  let go = (): void => {};
  const overtaken = new Promise<void>((done) => (go = done));
  const signed = Promise.withResolvers<void>();
  const slow = publishCrl(
    {
      ...other,
      signer: {
        ...deps.signer,
        signCrl: async (input) => {
          const crl = await deps.signer.signCrl(input);
          signed.resolve();
          await overtaken;
          return crl;
        },
      },
    },
    fixture.issuingId,
  );
  await signed.promise;
  // It hangs so long that the server ends the session that has its lock.
  await fixture.harness.asSuper(
    "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
  );
  const newer = await publishCrl(deps, fixture.issuingId);
  await store.reload(null);
  const etag = served()?.etag;
  go();
  const older = await slow;
  expect(older.number).toBeLessThan(newer.number);
  store.accept({ ...older, authorityId: fixture.issuingId, shard: "", idpUrl: null });
  await store.reload(fixture.issuingId);
  expect(served()?.etag).toBe(etag);
  // Nor on a node that starts afterward, whose store is empty.
  const fresh = makeCrlStore(deps);
  await fresh.reload(null);
  expect(fresh.find(fixture.issuingId, "")?.etag).toBe(etag);
  expect((await publishCrl(deps, fixture.issuingId)).number).toBeGreaterThan(newer.number);
});

test("a complete CRL with an issuingDistributionPoint, from an earlier version, is replaced at once", async () => {
  const { deps } = fixture.harness;
  const [row] = await deps.db.prisma.authority.findMany({ where: { id: fixture.issuingId } });
  const issuer = issuerFactsOf(row?.certificateDer ?? new Uint8Array());
  const last = store.newest().find(({ authorityId }) => authorityId === fixture.issuingId);
  const crlNumber = (last?.number ?? 0n) + 1n;
  const tbs = buildCrlTbs({
    issuer,
    crlNumber,
    thisUpdate: new Date(now),
    nextUpdate: new Date(now + dayMs),
    idpUrl: "http://old.example.com/crl/issuing.crl",
    entries: [],
  });
  const der = await fixture.signBytes(fixture.issuingId, tbs);
  await fixture.asApplication(
    "crl_00000000000000000000000old",
    `insert into crl (id, authority_id, shard, number, this_update, next_update, entry_count, der, created_at)
      values ($1, $2, '', $3, $4, $5, 0, $6, now())`,
    [
      "crl_00000000000000000000000old",
      fixture.issuingId,
      String(crlNumber),
      new Date(now),
      new Date(now + dayMs),
      Buffer.from(der),
    ],
  );
  await store.reload(null);
  const isOld = () =>
    store.newest().some(({ authorityId, idpUrl }) => authorityId === fixture.issuingId && idpUrl);
  expect(isOld()).toBe(true);
  await publishUntil(async () => !isOld());
});

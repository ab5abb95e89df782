import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { publishCrl } from "@/lib/authorities/publish-crl";
import type { PublishedCrl } from "@/lib/authorities/publish-crl";
import { openCrlFixture, type CrlFixture } from "@/testing/signer/crl-fixture";
import { listServedCrls } from "./read-crls";

let fixture: CrlFixture;
let newest: PublishedCrl;
beforeAll(async () => {
  fixture = await openCrlFixture();
  newest = await publishCrl(fixture.harness.deps, fixture.issuingId);
});
afterAll(async () => {
  await fixture.close();
});

const far = 9_223_372_036_854_775_000n;
let rows = 0;
/** A row that the application's role makes, with any bytes, dates and number. */
const insert = (
  number: bigint,
  der: Uint8Array,
  dates: readonly [string, string] = ["2099-01-01", "2099-01-02"],
) => {
  const id = `crl_${String((rows += 1)).padStart(26, "0")}`;
  return fixture.asApplication(
    id,
    `insert into crl (id, authority_id, shard, number, this_update, next_update, entry_count, der, created_at)
      values ($1, $2, '', $3, $4, $5, 0, $6, now())`,
    [id, fixture.issuingId, String(number), ...dates, Buffer.from(der)],
  );
};
const served = async () => (await listServedCrls(fixture.harness.deps, fixture.issuingId))[0];

describe("a row that no signer made is not served as the latest CRL", () => {
  test.each([
    ["bytes that are no CRL", () => Uint8Array.of(0)],
    ["the latest CRL under a higher number", () => newest.der],
    ["a CRL with another signature", () => Buffer.from(newest.der).fill(1, newest.der.length - 1)],
    [
      "the CRL of another authority",
      async () => (await publishCrl(fixture.harness.deps, fixture.rootId)).der,
    ],
  ])("%s", async (_what, bytes) => {
    await insert(far + BigInt(rows), await bytes());
    expect(await served()).toMatchObject({
      number: newest.number,
      thisUpdate: newest.thisUpdate,
      nextUpdate: newest.nextUpdate,
    });
  });

  test("such rows neither keep the next CRL from being published nor take its bytes away", async () => {
    newest = await publishCrl(fixture.harness.deps, fixture.issuingId);
    expect((await served())?.number).toBe(newest.number);
    expect(newest.number).toBeLessThan(far);
  });

  test("the dates of a served CRL are those in its bytes", async () => {
    await fixture.force("update crl set next_update = '2099-01-01' where id = $1", [newest.id]);
    expect((await served())?.nextUpdate).toEqual(newest.nextUpdate);
  });
});

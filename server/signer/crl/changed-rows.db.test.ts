import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import type { CertificateDto } from "@/lib/certificates/schema";
import type { TransactionClient } from "@/lib/db/database";
import { hourMs, minuteMs } from "@/lib/format/time-units";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { readCrl } from "@/lib/pki/crl-reader";
import type { SignerClient } from "@/lib/signers/types";
import { makeSigner } from "@/server/signer/make-signer";
import { adminActor } from "@/testing/actors";
import { until } from "@/testing/gateway/test-gateway";
import { openCrlFixture, type CrlFixture } from "@/testing/signer/crl-fixture";

// Between two readings of all rows, the signer reads those that changed. What it signs is what it
// would sign if it read all of them.
const admin = adminActor();
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

/** Begins to revoke a certificate. Returns how the transaction is committed. */
async function beginRevoking(
  certificate: CertificateDto,
  { id: entryTarget } = certificate,
  before: (tx: TransactionClient) => Promise<unknown> = () => Promise.resolve(),
): Promise<() => Promise<void>> {
  const { promise: mayCommit, resolve: commit } = Promise.withResolvers<null>();
  const { promise: isWritten, resolve: written } = Promise.withResolvers<null>();
  const committed = auditedTransaction(fixture.harness.deps.recorder, admin, async (tx) => {
    await before(tx);
    await tx.$executeRaw`update certificate set state = 'revoked', revoked_at = now(), revocation_reason = 'superseded' where id = ${certificate.id}`;
    written(null);
    await mayCommit;
    const target = { kind: "certificate", id: entryTarget, label: "x" } as const;
    const details = {
      reason: "superseded",
      comment: "",
      invalidityDate: null,
      revokedAt: "2026-11-29T00:00:00.000Z",
      raised: false,
    } as const;
    const entry = { action: "certificate.revoked", outcome: "success", target, details } as const;
    return { result: null, entries: [entry] };
  });
  await Promise.race([isWritten, committed]);
  return async () => {
    commit(null);
    await committed;
  };
}

const reported = () => fixture.notices.filter((line) => line.includes("no longer says"));

describe("a revocation is on the first CRL that is signed after its commit", () => {
  test("that began before other CRLs were signed and was committed after them", async () => {
    const [late, later] = [await fixture.issue(), await fixture.issue()];
    const commitLate = await beginRevoking(late);
    expect(await fixture.lists(late)).toBe(false);
    const early = await fixture.revoked();
    expect(await fixture.lists(early)).toBe(true);
    const commitLater = await beginRevoking(later);
    expect(await fixture.lists(late)).toBe(false);
    await commitLate();
    expect(await fixture.lists(late)).toBe(true);
    await fixture.sign();
    await commitLater();
    expect(await fixture.lists(later)).toBe(true);
  });

  test("that was made in a subtransaction of a transaction from before", async () => {
    const [certificate, other] = [await fixture.issue(), await fixture.issue()];
    await fixture.sign();
    const commit = await beginRevoking(certificate, certificate, async (tx) => {
      await tx.$executeRaw`update certificate set supersede_at = supersede_at where id = ${other.id}`;
      await fixture.revoked();
      await fixture.sign();
      await tx.$executeRaw`savepoint later`;
    });
    await fixture.sign();
    await commit();
    expect(await fixture.lists(certificate)).toBe(true);
  });

  test("one of many at once, while CRLs are signed all the time", async () => {
    const certificates = await Promise.all(Array.from({ length: 24 }, () => fixture.issue()));
    let isDone = false;
    const signing = (async () => {
      while (!isDone) await fixture.sign();
    })();
    await Promise.all(
      certificates.map((one) =>
        revokeCertificate(fixture.harness.deps, admin, one.id, { reason: "superseded" }),
      ),
    );
    isDone = true;
    await signing;
    const crl = await fixture.sign();
    for (const { serial } of certificates) expect(crl.has(Buffer.from(serial, "hex"))).toBe(true);
  });

  test("a revocation that was rolled back is on none", async () => {
    const certificate = await fixture.issue();
    const commit = await beginRevoking(certificate, { ...certificate, id: "crt_other" });
    await fixture.sign();
    await expect(commit()).rejects.toMatchObject({ code: "record.unavailable" });
    await fixture.sign();
    expect(await fixture.lists(certificate)).toBe(false);
  });
});

describe("a change that its trigger did not stamp", () => {
  // With an old stamp: while other transactions run, the rows of the last ones are read twice.
  const unrevoke =
    "update certificate set state = 'issued', revoked_at = null, revocation_reason = null, status_xid = '1' where id = $1";

  test("takes nothing off the CRL, and is reported within an hour", async () => {
    const certificate = await fixture.revoked();
    await fixture.sign();
    await fixture.forceUnnoticed(unrevoke, [certificate.id]);
    expect(await fixture.lists(certificate)).toBe(true);
    expect(reported()).toEqual([]);
    fixture.harness.advance(hourMs);
    expect(await fixture.lists(certificate)).toBe(true);
    expect(reported()).toHaveLength(1);
    expect(await fixture.lists(certificate)).toBe(true);
    // What was found once is reported with each CRL until the database says it again.
    expect(reported()).toHaveLength(2);
    await fixture.forceUnnoticed("delete from certificate where id = $1", [certificate.id]);
    fixture.harness.setTime(Date.now());
  });

  test.each([
    ["the signer was restarted", async () => void fixture.restart()],
    [
      "its connections were lost, as when the database is restarted or restored",
      async () => {
        await fixture.harness.asSuper(
          "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'chancery_signer' and datname = current_database()",
        );
        await until(() =>
          fixture.sign().then(
            () => true,
            () => false,
          ),
        );
      },
    ],
    [
      "the table was filled again",
      async () => void (await fixture.harness.asSuper("vacuum full certificate")),
    ],
    [
      "the clock went back",
      async () => {
        fixture.harness.advance(-2 * minuteMs);
      },
    ],
  ])("is found at once after %s", async (_what, happens) => {
    const certificate = await fixture.revoked();
    await fixture.sign();
    await fixture.sign();
    await fixture.forceUnnoticed(unrevoke, [certificate.id]);
    await fixture.sign();
    const before = reported().length;
    await happens();
    expect(await fixture.lists(certificate)).toBe(true);
    expect(reported().length).toBeGreaterThan(before);
    await fixture.forceUnnoticed("delete from certificate where id = $1", [certificate.id]);
    fixture.harness.setTime(Date.now());
  });

  test("a row with the transaction of another server is read with all, and never again", async () => {
    const certificate = await fixture.issue();
    await fixture.sign();
    await fixture.forceUnnoticed(
      "update certificate set state = 'revoked', revoked_at = now(), revocation_reason = 'superseded', status_xid = '9000000000000000000' where id = $1",
      [certificate.id],
    );
    expect(await fixture.lists(certificate)).toBe(false);
    fixture.restart();
    expect(await fixture.lists(certificate)).toBe(true);
  });
});

test("a clock that went back to a time after the CRL before leaves no entry dated after its CRL", async () => {
  await fixture.sign();
  fixture.harness.advance(10 * minuteMs);
  const certificate = await fixture.revoked();
  expect(await fixture.lists(certificate)).toBe(true);
  fixture.harness.advance(-5 * minuteMs);
  const crl = await fixture.sign();
  const dates = Array.from(crl.entries(), ({ revokedAt }) => revokedAt.getTime());
  expect(Math.max(...dates)).toBeLessThanOrEqual(crl.thisUpdate.getTime());
  fixture.harness.setTime(Date.now());
});

describe("anyone who writes to the database", () => {
  test("can't set the transaction of a change with the application's role", async () => {
    const certificate = await fixture.revoked();
    await expect(
      fixture.asApplication(
        certificate.id,
        "update certificate set status_xid = '1' where id = $1",
        [certificate.id],
      ),
    ).rejects.toMatchObject({ code: "42501" });
  });

  test("gets the transaction of now, whatever is written", async () => {
    const certificate = await fixture.revoked();
    await fixture.forceStamped("update certificate set status_xid = '1' where id = $1", [
      certificate.id,
    ]);
    const [row] = await fixture.harness.asSuper(
      "select status_xid > '1' and status_xid < pg_snapshot_xmax(pg_current_snapshot()) as stamped from certificate where id = $1",
      [certificate.id],
    );
    expect(row?.["stamped"]).toBe(true);
  });
});

/** A small generator of the same numbers for a seed. */
function makeDice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >> 8) % sides;
  };
}

describe("a signer that reads what changed and one that reads all rows each time", () => {
  const folders: string[] = [];
  const makeOther = (witnessDir: string, notices: string[]): SignerClient =>
    makeSigner({
      ...fixture.harness.deps,
      db: fixture.signerDb,
      kek: fixture.harness.kek,
      witnessDir,
      onNotice: (line) => void notices.push(line),
    });
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  /** What a CRL lists, what the signer says of it, and what the database has to state again. */
  async function result(signer: SignerClient, notices: string[]): Promise<unknown> {
    notices.length = 0;
    const { der, remembered } = await signer.signCrl({
      authorityId: fixture.issuingId,
      shard: "",
    });
    const entries = Array.from(readCrl(der).entries(), ({ serial, ...entry }) => ({
      ...entry,
      serial: Buffer.from(serial).toString("hex"),
    }));
    const said = notices.map((line) => line.replaceAll(/\S*chancery-crl-\S+/g, ""));
    const lost = remembered.map((one) => Buffer.from(one.serial).toString("hex")).toSorted();
    return { entries, said, lost };
  }

  test.each([1, 2, 3])("list the same and say the same (seed %i)", async (seed) => {
    const { deps } = fixture.harness;
    const dice = makeDice(seed);
    const [ours, theirs] = ["a", "b"].map(() => mkdtempSync(join(tmpdir(), "chancery-crl-")));
    folders.push(ours ?? "", theirs ?? "");
    const [ourNotices, theirNotices]: [string[], string[]] = [[], []];
    const lasting = makeOther(ours ?? "", ourNotices);
    const certificates = await Promise.all(Array.from({ length: 12 }, () => fixture.issue()));
    const pick = () => certificates[dice(certificates.length)]?.id ?? "";
    const ignore = (): null => null;
    const revoke = (reason: "superseded" | "keyCompromise" | "certificateHold") =>
      revokeCertificate(deps, admin, pick(), { reason }).catch(ignore);
    const steps = [
      () => revoke("superseded"),
      () => revoke("keyCompromise"),
      () => revoke("certificateHold"),
      () => revoke("certificateHold"),
      () => releaseCertificate(deps, admin, pick()).catch(ignore),
      () => fixture.harness.sequence(),
      async () => {
        fixture.harness.advance(30_000);
      },
      () =>
        fixture.forceStamped(
          "update certificate set state = 'issued', revoked_at = null, revocation_reason = null where id = $1 and state in ('revoked', 'held')",
          [pick()],
        ),
      () =>
        fixture.forceStamped(
          "update certificate set revoked_at = revoked_at + interval '1 year' where id = $1 and state in ('revoked', 'held')",
          [pick()],
        ),
      () =>
        fixture.forceStamped(
          "update certificate set revoked_at = 'infinity' where id = $1 and state = 'revoked'",
          [pick()],
        ),
      () =>
        fixture.forceStamped(
          "update certificate set not_after = now() - interval '2 years', revoked_at = now() - interval '1 year' where id = $1 and state = 'revoked'",
          [pick()],
        ),
      () =>
        fixture.forceStamped(
          "update certificate set revocation_reason = 'unspecified', invalidity_date = now() where id = $1 and state = 'revoked'",
          [pick()],
        ),
    ];
    for (let round = 0; round < 40; round++) {
      for (let n = dice(3); n >= 0; n--) await steps[dice(steps.length)]?.();
      const all = await result(makeOther(theirs ?? "", theirNotices), theirNotices);
      expect(await result(lasting, ourNotices)).toEqual(all);
    }
    fixture.harness.setTime(Date.now());
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { recordEntry } from "@/lib/log/record/record-entry";
import { adminActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { readEntry } from "@/testing/log/entries";
import { createTestDatabase, type TestDatabase } from "@/testing/database/test-database";
import type { CopiedEntry } from "./build-copies";
import { type DrillServer, dropDatabase } from "./drill-copy";
import { attacks, type DrillOutcome, runDrill } from "./run-drill";

const copiedEntries = 300;
const name = `drill_${randomBytes(4).toString("hex")}`;
const folder = mkdtempSync(join(tmpdir(), "chancery-drill-test-"));
const system = {
  random: { bytes: (n: number) => new Uint8Array(randomBytes(n)) },
  clock: { now: () => new Date() },
};
let empty: TestDatabase, outcome: DrillOutcome, server: DrillServer;
const steps: string[] = [];

/** The first entries of a log with real changes, and enough reads for full tiles. */
async function makeEntries(): Promise<CopiedEntry[]> {
  const harness = await createTestCa();
  try {
    await Promise.all(
      Array.from({ length: copiedEntries }, (_none, n) =>
        recordEntry(harness.deps.recorder, adminActor(), readEntry(`/certificates/${n}`)),
      ),
    );
    await harness.deps.db.pool.query("select tlog.sequence_batch(100000)");
    return (await harness.asSuper(
      `select entry as bytes, entry_id as id from tlog.entry order by seq limit ${copiedEntries}`,
    )) as { bytes: Buffer; id: string }[];
  } finally {
    await harness.close();
  }
}

beforeAll(async () => {
  const entries = await makeEntries();
  empty = await createTestDatabase();
  const urlOf =
    (url: string) =>
    (database: string): string =>
      url.replace(/\/[^/?]+\?/, `/${database}?`);
  server = {
    superUrl: urlOf(empty.superUrl),
    ownerUrl: urlOf(empty.ownerUrl),
    appUrl: urlOf(empty.appUrl),
    signerUrl: urlOf(empty.signerUrl),
  };
  const own = new URL(empty.appUrl).pathname.slice(1);
  outcome = await runDrill({
    server,
    empty: own,
    name,
    entries,
    folder,
    ...system,
    onStep: (_done, _total, note) => steps.push(note),
  });
});
afterAll(async () => {
  for (const ending of ["healthy", "older", "sound", "attacked"])
    await dropDatabase(server, `${name}_${ending}`);
  await empty.drop();
  rmSync(folder, { recursive: true, force: true });
});

const of = (attack: string) => outcome.attacks.find((one) => one.name === attack);

test("the copy passes verification before the attacks, and every check examined something", () => {
  expect(outcome.healthy.checks.flatMap(({ problems }) => problems)).toEqual([]);
  expect(outcome.healthy).toMatchObject({ ok: true, level: "witnessed" });
  expect(outcome.healthy.checkpointSize).toBe(outcome.healthy.size);
  expect(outcome.healthy.size).toBeGreaterThan(copiedEntries);
  for (const { name: check, checked } of outcome.healthy.checks)
    expect(checked, check).toBeGreaterThan(0);
});

describe("an attack by a superuser with every trigger off is detected by the check named for it", () => {
  test.each(attacks.map(({ name: attack, expected }) => ({ attack, expected })))(
    "$attack: $expected",
    ({ attack, expected }) => {
      expect(of(attack)?.caughtBy).toContain(expected);
      expect(of(attack)?.finding).not.toBe("nothing");
      expect(of(attack)?.sql.length).toBeGreaterThan(0);
    },
  );

  test.each([
    ["edit-one-byte", ["leaf", "tree"]],
    ["edit-with-its-hash", ["tree", "remembered"]],
    ["delete-one", ["numbers"]],
    ["swap-two", ["tree", "remembered"]],
    ["set-hashes-null", ["leaf"]],
    ["insert-one", ["tree", "remembered"]],
    ["cut-the-tail", ["remembered", "restore guard"]],
    ["rewrite-and-resign", ["remembered", "restore guard", "witness"]],
    ["fork", ["signer", "witness", "tree"]],
    ["replay-old-backup", ["remembered", "restore guard", "signer"]],
    ["edit-the-search-index", ["index"]],
    ["hide-from-search-and-from-its-functions", ["index", "guards"]],
    ["move-a-key", ["state"]],
    ["row-without-entry", ["state"]],
    ["triggers-on", ["guards"]],
    ["leave-the-guards-off", ["guards"]],
    ["replace-a-guard", ["guards"]],
    ["drop-before-numbering", ["sources"]],
    ["replace-a-time-stamp", ["anchors"]],
    ["change-a-served-tile", ["tile cache"]],
    ["take-a-revocation-out-of-an-export", ["export"]],
    ["roll-back-the-signers-memory", ["witness"]],
    ["change-the-signers-memory", ["signature", "remembered"]],
  ])("%s is detected by each of %j", (attack, controls) => {
    expect(of(attack)?.caughtBy).toEqual(expect.arrayContaining(controls));
  });

  test.each([
    [
      "rewrite-and-resign",
      ["numbers", "leaf", "id", "tree", "tiles", "checkpoints", "signature", "index", "guards"],
    ],
    ["cut-the-tail", ["numbers", "leaf", "tree", "tiles", "checkpoints", "signature", "index"]],
    [
      "replay-old-backup",
      ["numbers", "leaf", "tree", "tiles", "checkpoints", "signature", "index", "guards", "state"],
    ],
    ["edit-the-search-index", ["leaf", "tree", "state"]],
    ["row-without-entry", ["leaf", "tree", "index"]],
  ])("%s passes every check that only looks at the database", (attack, deceived) => {
    expect(of(attack)?.caughtBy.filter((control) => deceived.includes(control))).toEqual([]);
  });
});

test("the time stamps of the copy are verified with the authority's root before the attacks", () => {
  expect(outcome.healthy.untrustedStamps).toEqual([]);
});

test("the problem reported for each attack names what is wrong and where", () => {
  expect(of("edit-one-byte")?.finding).toMatch(
    /^The bytes of entry \d+ have the leaf hash [0-9a-f]{64}/,
  );
  expect(of("delete-one")?.finding).toMatch(/^Entry \d+ is missing/);
  expect(of("cut-the-tail")?.finding).toMatch(/5 are missing/);
  expect(of("rewrite-and-resign")?.finding).toMatch(/the log was rewritten/);
  expect(of("row-without-entry")?.finding).toMatch(
    /account usr_0{26} \(intruder@example.com\) is in the table but has no entry/,
  );
  expect(of("move-a-key")?.finding).toMatch(
    /its key belongs to the identity idn_\w+ in the table, not to idn_/,
  );
  expect(of("replace-a-time-stamp")?.finding).toMatch(
    /it is not the one that its entry has the hash of/,
  );
  expect(of("delete-a-time-stamp")?.finding).toMatch(/is in the log but not in the table/);
  expect(of("move-a-time-stamp")?.finding).toMatch(/no entry states it/);
  expect(of("backdate-a-time-stamp")?.finding).toMatch(/its time is .* according to the log/);
  expect(of("change-a-served-tile")?.finding).toMatch(/is not the one that the log's checkpoint/);
  expect(of("take-a-revocation-out-of-an-export")?.finding).toMatch(
    /only the hashes of 1 entry are in it/,
  );
  expect(of("roll-back-the-signers-memory")?.finding).toMatch(/^The witness answered 409/);
  expect(of("change-the-signers-memory")?.finding).toMatch(
    /remembered checkpoint .* is not signed by the key/,
  );
  expect(of("drop-before-numbering")?.finding).toMatch(
    /2 of the entries that drill\/other committed are missing: its numbers 1-2/,
  );
});

test("the results of all attacks fit into one entry of the log, with room to spare", () => {
  expect(Buffer.byteLength(JSON.stringify(outcome.attacks))).toBeLessThan(50_000);
});

test("progress names each attack as it starts", () => {
  expect(steps).toEqual(
    expect.arrayContaining([
      ...attacks.map(({ what }) => what),
      `copying ${copiedEntries} entries`,
    ]),
  );
});

test("a log with too few entries is refused before anything is created", async () => {
  await expect(
    runDrill({ server, empty: "none", name: `${name}_small`, entries: [], folder, ...system }),
  ).rejects.toMatchObject({ code: "drill.too-small" });
});

test("a copy that fails verification before the attacks is not attacked", async () => {
  const db = openDatabase(server.superUrl(`${name}_healthy`), { max: 1 });
  const { rows } = await db.pool.query<{ bytes: Buffer; id: string }>(
    "select entry as bytes, entry_id as id from tlog.entry order by seq limit 40",
  );
  await closeDatabase(db);
  const [first, second, ...rest] = rows;
  if (!first || !second) throw new Error("no entries");
  // An ID that occurs in the bytes but is not the ID of the entry.
  const wrong = {
    bytes: Buffer.from(
      second.bytes.toString("utf8").replace('"details":{', `"details":{"id":"${first.id}",`),
    ),
    id: first.id,
  };
  const other = mkdtempSync(join(tmpdir(), "chancery-drill-test-"));
  const own = new URL(empty.appUrl).pathname.slice(1);
  const small = `${name}_odd`;
  await expect(
    runDrill({
      server,
      empty: own,
      name: small,
      entries: [first, wrong, ...rest],
      folder: other,
      ...system,
    }),
  ).rejects.toMatchObject({ code: "drill.not-clean" });
  for (const ending of ["healthy", "older", "sound"])
    await dropDatabase(server, `${small}_${ending}`);
  rmSync(other, { recursive: true, force: true });
});

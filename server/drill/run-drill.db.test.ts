import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { makeTestDatabase, type TestDatabase } from "@/lib/db/testing/test-database";
import type { CopiedEntry } from "./build-copies";
import { dropDatabase, type DrillServer } from "./place";
import { attacks, type DrillOutcome, runDrill } from "./run-drill";
import { makeTestHouse, testActor } from "@/server/signer/testing/make-test-house";
import { recordEntry } from "@/lib/log/record";
import { readEntry } from "@/lib/log/testdata/log-database";

const COPIED = 300,
  name = `drill_${randomBytes(4).toString("hex")}`,
  folder = mkdtempSync(join(tmpdir(), "chancery-drill-test-"));
let empty: TestDatabase, outcome: DrillOutcome, server: DrillServer;
const steps: string[] = [];

/** The first entries of a log with real acts in it, and reads enough for full tiles. */
async function entriesOfHouse(): Promise<CopiedEntry[]> {
  const house = await makeTestHouse();
  try {
    await Promise.all(
      Array.from({ length: COPIED }, (_none, n) =>
        recordEntry(house.deps, testActor(), readEntry(`/certificates/${n}`)),
      ),
    );
    await house.deps.db.pool.query("select tlog.sequence_batch(100000)");
    return (await house.asSuper(
      `select entry as bytes, entry_id as id from tlog.entry order by seq limit ${COPIED}`,
    )) as { bytes: Buffer; id: string }[];
  } finally {
    await house.close();
  }
}

beforeAll(async () => {
  const entries = await entriesOfHouse();
  empty = await makeTestDatabase();
  const urlOf =
    (url: string) =>
    (database: string): string =>
      url.replace(/\/[^/?]+\?/, `/${database}?`);
  server = {
    superUrl: urlOf(empty.superUrl),
    ownerUrl: urlOf(empty.ownerUrl),
    appUrl: urlOf(empty.appUrl),
  };
  const own = new URL(empty.appUrl).pathname.slice(1);
  const world = {
    random: { bytes: (n: number) => new Uint8Array(randomBytes(n)) },
    clock: { now: () => new Date() },
  };
  outcome = await runDrill({
    server,
    empty: own,
    name,
    entries,
    folder,
    world,
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

test("the copy is sound before anything is done to it, and everything about it was looked at", () => {
  expect(outcome.healthy.checks.flatMap(({ problems }) => problems)).toEqual([]);
  expect(outcome.healthy).toMatchObject({ ok: true, level: "witnessed" });
  expect(outcome.healthy.checkpointSize).toBe(outcome.healthy.size);
  expect(outcome.healthy.size).toBeGreaterThan(COPIED);
  for (const { name: check, checked } of outcome.healthy.checks)
    expect(checked, check).toBeGreaterThan(0);
});

describe("a superuser with every trigger off is caught by the check that is named for the attack", () => {
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
    ["edit-the-search-row", ["index"]],
    ["row-without-entry", ["state"]],
    ["triggers-on", ["guards"]],
    ["drop-before-numbering", ["sources"]],
  ])("%s is caught by each of %j", (attack, controls) => {
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
    ["edit-the-search-row", ["leaf", "tree", "state"]],
    ["row-without-entry", ["leaf", "tree", "index"]],
  ])("%s deceives everything that looks at the database alone", (attack, deceived) => {
    expect(of(attack)?.caughtBy.filter((control) => deceived.includes(control))).toEqual([]);
  });
});

test("the finding of each attack says what is wrong, where", () => {
  expect(of("edit-one-byte")?.finding).toMatch(
    /^The bytes of entry \d+ have the leaf hash [0-9a-f]{64}/,
  );
  expect(of("delete-one")?.finding).toMatch(/^Entry \d+ is missing/);
  expect(of("cut-the-tail")?.finding).toMatch(/5 are missing/);
  expect(of("rewrite-and-resign")?.finding).toMatch(/the past was rewritten/);
  expect(of("row-without-entry")?.finding).toMatch(
    /account usr_0{26} \(intruder@example.com\) stands in the table and has no entry/,
  );
  expect(of("drop-before-numbering")?.finding).toMatch(
    /2 of the entries that drill\/other committed never arrived: its numbers 1-2/,
  );
});

test("progress names each attack as it begins", () => {
  expect(steps).toEqual(
    expect.arrayContaining([...attacks.map(({ what }) => what), `copying ${COPIED} entries`]),
  );
});

test("a log of too few entries is refused before anything is made", async () => {
  const world = {
    random: { bytes: (n: number) => new Uint8Array(randomBytes(n)) },
    clock: { now: () => new Date() },
  };
  await expect(
    runDrill({ server, empty: "none", name: `${name}_small`, entries: [], folder, world }),
  ).rejects.toMatchObject({ code: "drill.too-small" });
});

test("a copy that is not sound to begin with is not drilled on", async () => {
  const db = openDatabase(server.superUrl(`${name}_healthy`), { max: 1 });
  const { rows } = await db.pool.query<{ bytes: Buffer; id: string }>(
    "select entry as bytes, entry_id as id from tlog.entry order by seq limit 40",
  );
  await closeDatabase(db);
  const [first, second, ...rest] = rows;
  if (!first || !second) throw new Error("no entries");
  // An id that its bytes hold somewhere, and that is not theirs.
  const wrong = {
    bytes: Buffer.from(
      second.bytes.toString("utf8").replace('"details":{', `"details":{"id":"${first.id}",`),
    ),
    id: first.id,
  };
  const other = mkdtempSync(join(tmpdir(), "chancery-drill-test-")),
    own = new URL(empty.appUrl).pathname.slice(1),
    small = `${name}_odd`;
  const world = {
    random: { bytes: (n: number) => new Uint8Array(randomBytes(n)) },
    clock: { now: () => new Date() },
  };
  await expect(
    runDrill({
      server,
      empty: own,
      name: small,
      entries: [first, wrong, ...rest],
      folder: other,
      world,
    }),
  ).rejects.toMatchObject({ code: "drill.not-clean" });
  for (const ending of ["healthy", "older", "sound"])
    await dropDatabase(server, `${small}_${ending}`);
  rmSync(other, { recursive: true, force: true });
});

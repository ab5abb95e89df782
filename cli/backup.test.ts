import { expect, test } from "vitest";
import { describeBackup } from "./backup";

type BackedUp = Parameters<typeof describeBackup>[0];

const log = { origin: "ca.example.com/log/1", known: [], entries: 12, checkpoint: null };
const madeOf = (paths: readonly string[], of: typeof log | null = log): BackedUp => ({
  manifest: {
    format: "chancery-backup",
    version: 1,
    chancery: "1.0.0",
    postgres: "17",
    takenAt: "2026-11-30T08:00:00Z",
    migrations: [],
    log: of,
    keys: "sealed",
    tables: [],
    sequences: [],
    files: paths.map((path) => ({ path, size: 1, sha256: "00" })),
  },
  manifestSha256: "00",
  bytes: 1,
});
const described = (made: BackedUp) => describeBackup(made, "/backup", "/data/witness");

test("a backup without the signer's memory is named as one, with the folder that has none", () => {
  expect(described(madeOf(["tables/public.account.000001.copy.gz"]))).toContain(
    "WITHOUT the signer's memory: /data/witness has none.",
  );
});

test("one with it, and one from before there was a log, aren't", () => {
  expect(described(madeOf(["memory/log.checkpoint"]))).not.toContain("WITHOUT");
  expect(described(madeOf([], null))).not.toContain("WITHOUT");
});

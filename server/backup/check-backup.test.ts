import { execFileSync } from "node:child_process";
import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sha256Hex } from "@/lib/format/hash";
import { checkBackup } from "./check-backup";
import { manifestDigestName, manifestName, type Manifest } from "./manifest";
import { makeDigestingSink, makeFolderSink, makeTarSink } from "./sinks";

const migrations = ["20260101000000_first", "20260102000000_second"];
let place: string, folder: string, manifest: Manifest;

/** The manifest as a program writes it that knows nothing of digests it must keep. */
function writeManifest(value: unknown, digest?: string): void {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  writeFileSync(join(folder, manifestName), text);
  writeFileSync(
    join(folder, manifestDigestName),
    `${digest ?? sha256Hex(text)}  ${manifestName}\n`,
  );
}

beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), "chancery-check-backup-"));
  folder = join(place, "backup");
  const sink = makeDigestingSink(makeFolderSink(folder));
  await sink.write("memory/a.checkpoint", Buffer.from("a note"));
  await sink.write("tables/public.account.000001.copy.gz", Buffer.from("rows"));
  manifest = {
    format: "chancery-backup",
    version: 1,
    chancery: "1.0.0",
    postgres: "18.4",
    takenAt: "2026-01-01T00:00:00.000Z",
    migrations: ["20260101000000_first"],
    log: { origin: "a.example/log/1", known: ["a.example/log/1"], entries: 3, checkpoint: null },
    keys: "sealed",
    tables: [
      {
        name: "public.account",
        columns: ["id"],
        rows: 1,
        files: ["tables/public.account.000001.copy.gz"],
      },
    ],
    sequences: [],
    files: sink.files(),
  };
  await sink.finish();
  writeManifest(manifest);
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const check = () => checkBackup(folder, migrations);

test("a whole backup passes, also one of an older version", async () => {
  expect((await check()).manifest).toEqual(manifest);
});

describe("a backup is refused", () => {
  const file = () => join(folder, "tables/public.account.000001.copy.gz");
  test.each<[string, () => void, RegExp]>([
    ["with one changed byte", () => writeFileSync(file(), "rowz"), /account\.000001.*was changed/],
    ["with a byte more", () => writeFileSync(file(), "rows!"), /has 5 bytes instead of 4/],
    ["with a missing file", () => rmSync(file()), /account\.000001.*is missing/],
    [
      "with a missing file of the signer's memory",
      () => rmSync(join(folder, "memory/a.checkpoint")),
      /memory\/a\.checkpoint is missing/,
    ],
    ["without a manifest", () => rmSync(join(folder, manifestName)), /has no manifest\.json/],
    [
      "without the digest of its manifest",
      () => rmSync(join(folder, manifestDigestName)),
      /manifest\.json was changed/,
    ],
    [
      "with a changed manifest",
      () =>
        writeFileSync(
          join(folder, manifestName),
          readFileSync(join(folder, manifestName), "utf8").replace('"rows":1', '"rows":2'),
        ),
      /manifest\.json was changed/,
    ],
    ["with a manifest that is no JSON", () => writeManifest("{"), /it is not JSON/],
    ["of another program", () => writeManifest({ format: "tar" }), /not that of a backup/],
    [
      "of a format that is not known",
      () => writeManifest({ ...manifest, version: 2 }),
      /has the format 2; this version of Chancery reads format 1/,
    ],
    [
      "with a member of the wrong type",
      () => writeManifest({ ...manifest, keys: "plain" }),
      /is damaged: keys/,
    ],
    [
      "with a file outside its folder",
      () =>
        writeManifest({
          ...manifest,
          files: [{ path: "tables/../../kek", size: 1, sha256: "0".repeat(64) }],
        }),
      /is damaged: files\.0\.path/,
    ],
    [
      "with a part of a table that has no digest",
      () => writeManifest({ ...manifest, files: manifest.files.slice(0, 1) }),
      /account.* is not in the manifest's list of files/,
    ],
    [
      "of a newer version's database",
      () => writeManifest({ ...manifest, migrations: [...migrations, "20270101000000_newer"] }),
      /newer version of Chancery \(1\.0\.0\).*20270101000000_newer/,
    ],
  ])("%s", async (_name, change, message) => {
    change();
    await expect(check()).rejects.toThrow(message);
  });
});

test("the tar archive that is written to a stream is unpacked to the same backup", async () => {
  const archive = join(place, "backup.tar");
  const stream = createWriteStream(archive);
  const sink = makeTarSink(stream, new Date());
  const names = [...manifest.files.map(({ path }) => path), manifestName, manifestDigestName];
  for (const name of names) await sink.write(name, readFileSync(join(folder, name)));
  await sink.finish();
  await new Promise((done) => stream.end(done));
  const unpacked = join(place, "unpacked");
  mkdirSync(unpacked);
  execFileSync("tar", ["-xf", archive, "-C", unpacked]);
  expect((await checkBackup(unpacked, migrations)).manifest).toEqual(manifest);
});

test("a folder that holds something is not written into, and an abandoned backup leaves nothing", async () => {
  expect(() => makeFolderSink(folder)).toThrow(/not empty/);
  const other = join(place, "other");
  const sink = makeFolderSink(other);
  await sink.write("memory/a.checkpoint", Buffer.from("x"));
  sink.abandon();
  await expect(checkBackup(other, migrations)).rejects.toThrow(/has no manifest\.json/);
});

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { formatCheckpoint } from "@/lib/log/pure/checkpoint";
import { compareMemory, restoreMemory } from "./memory";

const origin = "a.example/log/1";
const note = (size: number): string =>
  `${formatCheckpoint({ origin, size, root: new Uint8Array(32) })}\n— a.example AAAAAAAAAAAA\n`;
const log = {
  origin,
  known: [origin],
  entries: 12,
  checkpoint: { size: 10, rootHex: "0".repeat(64) },
};
let place: string, backup: string, signer: string;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "chancery-memory-"));
  backup = join(place, "backup");
  signer = join(place, "witness");
  mkdirSync(join(backup, "memory"), { recursive: true });
  writeFileSync(join(backup, "memory/a.checkpoint"), note(10));
  writeFileSync(join(backup, "memory/b.crl-memory"), "of the backup");
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

test("what the signer remembers here is never replaced by the backup's, and is what counts", () => {
  mkdirSync(signer);
  writeFileSync(join(signer, "a.checkpoint"), note(50));
  writeFileSync(join(signer, "b.crl-memory"), "newer");
  expect(compareMemory(signer, log)).toEqual({ state: "kept", size: 50 });
  expect(restoreMemory(backup, signer)).toEqual({ copied: 0, kept: 2 });
  expect(readFileSync(join(signer, "a.checkpoint"), "utf8")).toBe(note(50));
  expect(readFileSync(join(signer, "b.crl-memory"), "utf8")).toBe("newer");
  expect(compareMemory(signer, log)).toEqual({ state: "kept", size: 50 });
});

test("memory that is behind the backup itself is that of another node, and doesn't count", () => {
  mkdirSync(signer);
  writeFileSync(join(signer, "a.checkpoint"), note(9));
  expect(compareMemory(signer, log)).toEqual({ state: "unknown" });
  writeFileSync(join(signer, "a.checkpoint"), note(10));
  expect(compareMemory(signer, log)).toEqual({ state: "kept", size: 10 });
});

test("memory that came from a backup is never taken for the signer's own, however often it is restored", () => {
  expect(compareMemory(signer, log)).toEqual({ state: "unknown" });
  expect(restoreMemory(backup, signer)).toEqual({ copied: 2, kept: 0 });
  expect(readFileSync(join(signer, "a.checkpoint"), "utf8")).toBe(note(10));
  expect(compareMemory(signer, log)).toEqual({ state: "unknown" });
  expect(restoreMemory(backup, signer)).toEqual({ copied: 0, kept: 2 });
  expect(compareMemory(signer, log)).toEqual({ state: "unknown" });
});

test("a log that the backup doesn't know at all is named", () => {
  mkdirSync(signer);
  writeFileSync(join(signer, "a.checkpoint"), note(50));
  const other = { ...log, origin: "a.example/log/0", known: ["a.example/log/0"] };
  expect(compareMemory(signer, other)).toEqual({ state: "other-log", origin });
  expect(compareMemory(signer, { ...other, known: [...other.known, origin] })).toEqual({
    state: "unknown",
  });
});

test("a log that was never signed needs no memory", () => {
  expect(compareMemory(signer, null)).toEqual({ state: "no-log" });
  expect(compareMemory(signer, { ...log, checkpoint: null })).toEqual({ state: "no-log" });
});

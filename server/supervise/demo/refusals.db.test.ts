import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { recordEntry } from "@/lib/log/record/record-entry";
import { system } from "@/testing/actors";
import { openHarness, type Harness } from "@/testing/harness";
import { readEntry } from "@/testing/log/entries";
import { runStubbedSupervisor } from "@/testing/supervise/stubbed-supervisor";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });
let harness: Harness,
  data = "";

beforeEach(async () => {
  harness = await openHarness({ sequencer: false });
  data = mkdtempSync(join(tmpdir(), "chancery-demo-refusals-"));
});
afterEach(async () => {
  await harness.close();
  for (const path of [data, `${data}.events`]) rmSync(path, { recursive: true, force: true });
});

const demoEntry = {
  action: "demo.created",
  outcome: "success",
  target: null,
  details: { days: 90, filledAt: "2026-11-30T00:00:00Z" },
} as const;
const ownServer = () => ({
  DATABASE_URL: harness.urls.appUrl,
  DATABASE_SIGNER_URL: harness.urls.signerUrl,
});

test("an ordinary start refuses the database of a demonstration, wherever it was restored, and starts no process", async () => {
  await recordEntry(harness.deps.recorder, system, demoEntry);
  await harness.sequence();
  const one = runStubbedSupervisor(data, ownServer());
  expect(await one.exited).toBe(1);
  expect(one.output()).toMatch(/This database holds a demonstration/);
  expect(one.output()).not.toMatch(/signer ready/);
});

test("an entry of a demonstration that isn't the first makes no database one", async () => {
  await recordEntry(harness.deps.recorder, system, readEntry("/first"));
  await recordEntry(harness.deps.recorder, system, demoEntry);
  await harness.sequence();
  const one = runStubbedSupervisor(data, ownServer());
  await one.says(/Chancery is running\./);
  one.signal("SIGTERM");
  expect(await one.exited).toBe(0);
});

test("an ordinary start refuses a folder with the mark before it starts anything", async () => {
  writeFileSync(join(data, "demo.json"), "{}");
  const one = runStubbedSupervisor(data);
  expect(await one.exited).toBe(1);
  expect(one.output()).toMatch(/history is invented/);
  expect(existsSync(join(data, "pg"))).toBe(false);
});

test("a demonstration refuses an own database, and leaves it as it is", async () => {
  const one = runStubbedSupervisor(data, { ...ownServer(), CHANCERY_TEST_DEMO: "1" });
  expect(await one.exited).toBe(1);
  expect(one.output()).toMatch(/Unset DATABASE_URL/);
  expect(await harness.entries()).toEqual([]);
});

test("a demonstration refuses the folder of an ordinary installation, and leaves it as it is", async () => {
  writeFileSync(join(data, "kek"), "the key of an installation");
  const one = runStubbedSupervisor(data, { CHANCERY_TEST_DEMO: "1" });
  expect(await one.exited).toBe(1);
  expect(one.output()).toMatch(/is no demonstration/);
  for (const name of ["demo.json", "pg"]) expect(existsSync(join(data, name))).toBe(false);
});

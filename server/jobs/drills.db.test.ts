import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drillHtml, drillMarkdown } from "@/lib/drills/drill-report";
import { getDrill, listDrills } from "@/lib/drills/drills";
import { getWork, requestDrill } from "@/lib/log/live/request-work";
import { recordEntry } from "@/lib/log/record/record-entry";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { makeDrillService } from "@/server/supervise/drill-service";
import { noBoundary } from "@/server/supervise/isolation/boundary";
import { isServerOf, readPostmasterPid } from "@/server/supervise/postgres/find-orphan";
import { adminActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";
import { readEntry } from "@/testing/log/entries";
import { refusalOf } from "@/testing/ca/requests";
import { startDrills } from "./drills";

const folder = mkdtempSync(join(tmpdir(), "chancery-drills-")),
  cluster = join(folder, "drill", "pg"),
  root = findRepoRoot(),
  program = join(root, "dist", `drill-test-${process.pid}.mjs`);
const admin = adminActor(),
  log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let harness: Harness;

const settle = (): Promise<void> => harness.sequence();
const drills = (from = program) =>
  startDrills(
    harness.deps,
    log,
    makeDrillService({
      root,
      dataFolder: folder,
      databaseUrl: harness.urls.appUrl,
      program: from,
      niceness: 0,
      boundary: noBoundary(root, { path: process.execPath, isClosed: false }, "test"),
    }).run,
  );

/** What was said of the work until it ended. */
async function untilEnded(id: string): Promise<string[]> {
  for (const notes: string[] = []; ; await pause(20)) {
    const { note, endedAt } = await getWork(harness.deps, admin, id);
    if (note !== notes.at(-1)) notes.push(note);
    if (endedAt !== null) return notes;
  }
}

beforeAll(async () => {
  harness = await createTestCa();
  await Promise.all(
    Array.from({ length: 30 }, (_none, n) =>
      recordEntry(harness.deps.recorder, admin, readEntry(`/certificates/${n}`)),
    ),
  );
  await settle();
  await build({
    entryPoints: [join(root, "server/drill/main.ts")],
    outfile: program,
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    logLevel: "silent",
  });
});
afterAll(async () => {
  await harness.close();
  rmSync(folder, { recursive: true, force: true });
  rmSync(program, { force: true });
});

test("a drill needs the permission to verify and a valid number of entries", async () => {
  for (const role of ["operator", "approver", "service", null] as const)
    expect(await refusalOf(requestDrill(harness.deps, adminActor({ role })))).toMatchObject({
      code: role === null ? "unauthenticated" : "forbidden",
    });
  for (const entries of [0, 9, 50_001, 12.5, Number.NaN])
    expect(await refusalOf(requestDrill(harness.deps, admin, { entries }))).toMatchObject({
      code: "input.invalid",
      findings: [{ path: "entries" }],
    });
  expect(await refusalOf(getWork(harness.deps, admin, "ent_none"))).toMatchObject({
    code: "work.not-found",
  });
});

describe("a requested drill", () => {
  test("a requested drill waits for a leader, stops with it, is run by the next leader, and leaves only its entry", async () => {
    const { entryId } = await requestDrill(harness.deps, admin, { entries: 20 });
    expect(await refusalOf(getDrill(harness.deps, admin, entryId))).toMatchObject({
      code: "drill.not-found",
    });
    const follower = drills(),
      first = drills();
    first.lead(true);
    while (!existsSync(join(cluster, "postmaster.pid"))) await pause(10);
    const pid = readPostmasterPid(cluster)?.pid ?? 0;
    await first.stop();
    expect(isServerOf(pid, cluster)).toBe(false);
    expect(existsSync(cluster)).toBe(false);
    expect((await getWork(harness.deps, admin, entryId)).endedAt).toBeNull();
    await follower.stop();

    const second = drills();
    second.lead(true);
    const notes = await untilEnded(entryId);
    await second.stop();
    await settle();
    const report = await getDrill(harness.deps, admin, entryId);
    expect(report).toMatchObject({ ok: true, failed: null, requestEntryId: entryId });
    expect(report.attacks.filter(({ caughtBy, expected }) => !caughtBy.includes(expected))).toEqual(
      [],
    );
    expect(report.attacks.length).toBeGreaterThan(20);
    expect(notes.at(-1)).toBe("every attack was detected");
    expect(notes.length).toBeGreaterThan(5);
    expect(existsSync(join(folder, "drill"))).toBe(false);
    for (const file of [drillMarkdown(report), drillHtml(report)])
      expect(
        report.attacks.filter(
          ({ name, expected }) => !file.includes(name) || !file.includes(expected),
        ),
      ).toEqual([]);
    expect(drillHtml(report)).not.toMatch(/<script|https?:\/\/(?!drill\.invalid)/);
  });

  test("a drill that fails is recorded with the reason", async () => {
    const { entryId } = await requestDrill(harness.deps, admin, { entries: 20 }),
      broken = drills(join(root, "dist", "no-such-drill.mjs"));
    broken.lead(true);
    await untilEnded(entryId);
    await broken.stop();
    await settle();
    const [report] = await listDrills(harness.deps, admin);
    expect(report).toMatchObject({ ok: false, attacks: [], requestEntryId: entryId });
    expect(report?.failed).toMatch(/npm start builds it/);
    expect(drillMarkdown(report!)).toMatch(/The drill failed:/);
  });
});

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readEnv } from "@/lib/env";
import { drillHtml, drillMarkdown } from "@/lib/log/drills-text";
import { getDrill, listDrills } from "@/lib/log/drills";
import { getWork, requestDrill } from "@/lib/log/request-work";
import { recordEntry } from "@/lib/log/record";
import { readEntry } from "@/lib/log/testdata/log-database";
import { findRepoRoot } from "@/lib/runtime-root";
import { startDrills } from "@/server/jobs/drill";
import { makeTestHouse, testActor, type TestHouse } from "@/server/signer/testing/make-test-house";
import { refusalOf } from "@/server/signer/testing/requests";
import { isServerOf, readPostmasterPid } from "@/server/supervise/postgres/find-orphan";

const folder = mkdtempSync(join(tmpdir(), "chancery-drills-")),
  cluster = join(folder, "drill", "pg"),
  root = findRepoRoot(),
  program = join(root, "dist", `drill-test-${process.pid}.mjs`);
const admin = testActor(),
  log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let house: TestHouse;

const settle = async (): Promise<void> => {
  for (const step of ["sequence", "index"])
    await house.deps.db.pool.query(`select tlog.${step}_batch(100000)`);
};
const drills = (from = program) =>
  startDrills(
    house.deps,
    readEnv({
      CHANCERY_DATA: folder,
      DATABASE_URL: house.urls.appUrl,
    } as unknown as NodeJS.ProcessEnv),
    log,
    from,
  );

/** What was said of the work until it ended. */
async function untilEnded(id: string): Promise<string[]> {
  for (const notes: string[] = []; ; await pause(20)) {
    const { note, endedAt } = await getWork(house.deps, admin, id);
    if (note !== notes.at(-1)) notes.push(note);
    if (endedAt !== null) return notes;
  }
}

beforeAll(async () => {
  house = await makeTestHouse();
  await Promise.all(
    Array.from({ length: 30 }, (_none, n) =>
      recordEntry(house.deps, admin, readEntry(`/certificates/${n}`)),
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
  await house.close();
  rmSync(folder, { recursive: true, force: true });
  rmSync(program, { force: true });
});

test("who may not verify asks for no drill, and no drill copies nothing or everything", async () => {
  for (const role of ["operator", "approver", "service", null] as const)
    expect(await refusalOf(requestDrill(house.deps, testActor({ role })))).toMatchObject({
      code: role === null ? "unauthenticated" : "forbidden",
    });
  for (const entries of [0, 9, 50_001, 12.5, Number.NaN])
    expect(await refusalOf(requestDrill(house.deps, admin, { entries }))).toMatchObject({
      code: "input.invalid",
      findings: [{ path: "entries" }],
    });
  expect(await refusalOf(getWork(house.deps, admin, "ent_none"))).toMatchObject({
    code: "work.not-found",
  });
});

describe("a drill that was asked for", () => {
  test("waits for a node that leads, is stopped with it, is done by the next, and leaves nothing but its entry", async () => {
    const { entryId } = await requestDrill(house.deps, admin, { entries: 20 });
    expect(await refusalOf(getDrill(house.deps, admin, entryId))).toMatchObject({
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
    expect((await getWork(house.deps, admin, entryId)).endedAt).toBeNull();
    await follower.stop();

    const second = drills();
    second.lead(true);
    const notes = await untilEnded(entryId);
    await second.stop();
    await settle();
    const report = await getDrill(house.deps, admin, entryId);
    expect(report).toMatchObject({ ok: true, failed: null, requestEntryId: entryId });
    expect(report.attacks.filter(({ caughtBy, expected }) => !caughtBy.includes(expected))).toEqual(
      [],
    );
    expect(report.attacks.length).toBeGreaterThan(20);
    expect(notes.at(-1)).toBe("every attack was caught");
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

  test("that cannot be done is on the record with the reason", async () => {
    const { entryId } = await requestDrill(house.deps, admin, { entries: 20 }),
      broken = drills(join(root, "dist", "no-such-drill.mjs"));
    broken.lead(true);
    await untilEnded(entryId);
    await broken.stop();
    await settle();
    const [report] = await listDrills(house.deps, admin);
    expect(report).toMatchObject({ ok: false, attacks: [], requestEntryId: entryId });
    expect(report?.failed).toMatch(/npm start builds it/);
    expect(drillMarkdown(report!)).toMatch(/could not be done/);
  });
});

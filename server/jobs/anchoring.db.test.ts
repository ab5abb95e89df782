import { operatorActor, system } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import {
  makeTimestampAuthority,
  type TestTimestampAuthority,
} from "@/testing/pki/timestamp-authority";
import { isOpensslMissing } from "@/testing/pki/openssl-folder";
import { verifyTimestamp } from "@/lib/pki/timestamp";
import { readTimestampReply } from "@/lib/pki/timestamp-info";
import { createToken } from "@/lib/tokens/create-token";
import { makeCall } from "@/testing/api/client";
import { startAnchoring } from "./anchoring";
import { openPublishedLog, type PublishedTestLog } from "@/testing/log/published-log";
import { anchorNewestCheckpoint, updateAnchoringStatus } from "@/lib/log/anchor/anchor-checkpoint";
import { readAnchoringState } from "@/lib/log/anchor/read-anchors";
import { verifyLog } from "@/lib/log/live/verify-log";
import { authorityName, readTimestampRoots } from "@/lib/log/anchor/timestamp-client";
import { getAnchor, listAnchors } from "@/lib/log/anchor/read-anchors";

// The time-stamping authority is openssl's, behind a small HTTP server of the test.

type Served = Awaited<ReturnType<TestTimestampAuthority["serve"]>>;
const auditor = operatorActor({ role: "auditor" });
let database: Harness;
let log: PublishedTestLog;
let authority: TestTimestampAuthority;
let size = 10;
const served: Served[] = [];

async function serve(answer?: Parameters<TestTimestampAuthority["serve"]>[0]): Promise<Served> {
  const made = await authority.serve(answer);
  served.push(made);
  return made;
}
async function grow(): Promise<number> {
  size += 10;
  await log.fill(size);
  await log.publish(size);
  return size;
}
const newEntries = async () =>
  (await inbox())
    .map(
      (row) =>
        JSON.parse(row.toString("utf8")) as { action: string; details: Record<string, unknown> },
    )
    .filter(({ action }) => action === "log.anchored");
async function inbox(): Promise<Buffer[]> {
  const owner = openDatabase(database.urls.superUrl, { max: 1 });
  const { rows } = await owner.pool.query<{ entry: Buffer }>(
    "select entry from tlog.inbox order by id",
  );
  await closeDatabase(owner);
  return rows.map(({ entry }) => entry);
}

describe.skipIf(isOpensslMissing)("checkpoints are time-stamped", () => {
  beforeAll(async () => {
    database = await openHarness({ sequencer: false, connections: 80 });
    authority = makeTimestampAuthority();
    log = await openPublishedLog(database);
  });
  afterEach(async () => {
    await Promise.all(served.splice(0).map((one) => one.close()));
  });
  afterAll(async () => {
    authority.remove();
    await log.close();
    await database.close();
  });
  const stamping = (url: string, roots = [authority.rootDer]) =>
    anchorNewestCheckpoint(database.deps, { url, roots, timeoutMs: 2_000 });

  test("no time stamp is requested before there is a checkpoint", async () => {
    const tsa = await serve();
    expect(await stamping(tsa.url)).toBeNull();
    expect(tsa.asked()).toBe(0);
  });

  test("the newest checkpoint is time-stamped once, with an entry, and openssl verifies the stored stamp over the checkpoint's text", async () => {
    const at = await grow();
    const tsa = await serve();
    const made = await stamping(tsa.url);
    expect(made).toMatchObject({
      origin: log.origin,
      size: at,
      authority: authorityName(tsa.url),
    });
    expect(await stamping(tsa.url)).toBeNull();
    expect(tsa.asked()).toBe(1);
    const { reply, text, note } = await getAnchor(database.deps, auditor, { size: at });
    const token = readTimestampReply(reply);
    expect(note.startsWith(`${text}\n\u2014 `)).toBe(true);
    expect((await newEntries()).at(-1)?.details).toEqual({
      size: at,
      authority: authorityName(tsa.url),
      stampedAt: made!.stampedAt,
      tokenSha256: createHash("sha256").update(token).digest("hex"),
    });
    writeFileSync(join(authority.folder, "checkpoint.txt"), text);
    writeFileSync(join(authority.folder, "checkpoint.tsr"), reply);
    expect(
      authority
        .openssl(
          "ts",
          "-verify",
          "-data",
          "checkpoint.txt",
          "-in",
          "checkpoint.tsr",
          "-CAfile",
          "root.pem",
        )
        .toString(),
    ).toContain("Verification: OK");
    await expect(
      verifyTimestamp(token, {
        digest: new Uint8Array(createHash("sha256").update(text).digest()),
        nonce: null,
        roots: [authority.rootDer],
      }),
    ).resolves.toMatchObject({ stampedAt: new Date(made!.stampedAt) });
  });

  test("time stamps are listed newest first, in pages, and exported one by one", async () => {
    const tsa = await serve();
    for (let n = 0; n < 3; n += 1) {
      await grow();
      await stamping(tsa.url);
    }
    const all = await listAnchors(database.deps, auditor);
    const first = await listAnchors(database.deps, auditor, { limit: 2 });
    expect(all.items.map(({ size: one }) => one)).toEqual([50, 40, 30, 20]);
    expect(
      await listAnchors(database.deps, auditor, { limit: 2, cursor: first.nextCursor! }),
    ).toEqual({ items: all.items.slice(2), nextCursor: null });
    // Another authority's stamp of the same checkpoint is not lost between two pages.
    const second = await serve();
    await stamping(second.url);
    const pages = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await listAnchors(database.deps, auditor, {
        limit: 1,
        ...(cursor === undefined ? {} : { cursor }),
      });
      pages.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(pages.map((one) => one.size)).toEqual([50, 50, 40, 30, 20]);
    expect(new Set(pages.map((one) => `${one.size} ${one.authority}`)).size).toBe(5);
    await expect(getAnchor(database.deps, auditor, { size: 31 })).rejects.toMatchObject({
      code: "anchor.not-found",
    });
    await expect(
      getAnchor(database.deps, auditor, { size: 50, authority: "other.example.com" }),
    ).rejects.toMatchObject({ code: "anchor.not-found" });
    await expect(listAnchors(database.deps, operatorActor())).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(getAnchor(database.deps, operatorActor(), { size: 50 })).rejects.toMatchObject({
      code: "forbidden",
    });
  });

  test("the API serves time stamps as files that openssl accepts unchanged, and records each download", async () => {
    const { deps } = database;
    const call = makeCall(deps);
    const token =
      (
        await createToken(deps, system, {
          name: "auditor",
          role: "auditor",
          identityId: null,
          expiresInDays: null,
        })
      ).result.secret ?? "";
    expect((await call("GET", "/audit/anchors?limit=1", { token })).body).toMatchObject({
      items: [{ size: 50, origin: log.origin }],
      nextCursor: expect.stringMatching(/^1\.50\./) as string,
    });
    const [reply, text] = [
      await call("GET", "/audit/anchors/50", { token }),
      await call("GET", "/audit/anchors/50/text", { token }),
    ];
    expect([
      reply.status,
      reply.headers.get("content-type"),
      reply.headers.get("content-disposition"),
    ]).toEqual([200, "application/timestamp-reply", 'attachment; filename="checkpoint-50.tsr"']);
    expect(text.text).toBe((await getAnchor(deps, auditor, { size: 50 })).text);
    const paths = (await inbox())
      .map(
        (row) => JSON.parse(row.toString("utf8")) as { action: string; details: { path?: string } },
      )
      .filter(({ action }) => action === "log.read")
      .map(({ details }) => details.path);
    expect(paths).toEqual([
      "/api/v1/audit/anchors?limit=1",
      "/api/v1/audit/anchors/50",
      "/api/v1/audit/anchors/50/text",
    ]);
    expect((await call("GET", "/audit/anchors/51", { token })).status).toBe(404);
    for (const path of [
      "/audit/anchors/x",
      "/audit/anchors/-1",
      "/audit/anchors?cursor=1",
      "/audit/anchors/50?else=1",
    ])
      expect((await call("GET", path, { token })).status, path).toBe(400);
  });

  describe("a faulty time-stamp authority leaves no stamp and no entry", () => {
    const cases: readonly (readonly [
      string,
      RegExp,
      Parameters<TestTimestampAuthority["serve"]>[0],
    ])[] = [
      ["answers with an error", /answered 500/, () => ({ status: 500, body: new Uint8Array() })],
      [
        "answers with a page",
        /text\/html/,
        () => ({ type: "text/html", body: Buffer.from("<html>") }),
      ],
      [
        "answers with rubbish",
        /not an answer that can be read/,
        () => ({ body: Buffer.from("rubbish") }),
      ],
      [
        "cuts its answer off",
        /not an answer that can be read/,
        (_query, reply) => ({ body: reply.subarray(0, reply.length - 3) }),
      ],
      ["sends an endless answer", /too long/, () => ({ body: new Uint8Array(400_000) })],
      [
        "repeats an old answer",
        /messageImprint|nonce/,
        (() => {
          let old: Uint8Array | null = null;
          return (query: Uint8Array) => {
            old ??= authority.reply(
              Uint8Array.from(
                [...query.subarray(0, query.length - 10), ...query.subarray(query.length - 10)].map(
                  (byte, at) => (at === 30 ? byte ^ 1 : byte),
                ),
              ),
            );
            return { body: old };
          };
        })(),
      ],
    ];
    test.each(cases)("%s", async (_what, words, answer) => {
      await grow();
      const tsa = await serve(answer);
      const before = await newEntries();
      await expect(stamping(tsa.url)).rejects.toThrow(words);
      expect([(await readAnchoringState(database.deps)).count, await newEntries()]).toEqual([
        5,
        before,
      ]);
    });
    test("is not there", async () => {
      const tsa = await serve();
      await tsa.close();
      await expect(stamping(tsa.url)).rejects.toMatchObject({
        code: "timestamp.unreachable",
        kind: "unavailable",
      });
    });
    test("is not trusted", async () => {
      const tsa = await serve();
      const foreign = makeTimestampAuthority("Foreign Time");
      try {
        await expect(stamping(tsa.url, [foreign.rootDer])).rejects.toThrow(/not trusted here/);
      } finally {
        foreign.remove();
      }
    });
  });

  test("the trusted time-stamp roots come from the file in CHANCERY_TSA_CA; an unset, unreadable or empty one is reported as such", () => {
    expect(readTimestampRoots(join(authority.folder, "root.pem"))).toEqual([authority.rootDer]);
    expect(() => readTimestampRoots("")).toThrow(/CHANCERY_TSA_CA is not set/);
    expect(() => readTimestampRoots(join(authority.folder, "none.pem"))).toThrow(
      /CHANCERY_TSA_CA: .*cannot be read/,
    );
    expect(() => readTimestampRoots(join(authority.folder, "root.key"))).toThrow(
      /contains no PEM certificate/,
    );
  });

  test("the name shown for a time-stamp authority omits secrets in its address", () => {
    expect(authorityName("https://user:secret@tsa.example.com/tsr/?key=secret")).toBe(
      "tsa.example.com/tsr",
    );
  });

  test("the job stamps while it leads, reports an unreachable authority, and continues once it is reachable", async () => {
    const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    const tsa = await serve();
    const at = await grow();
    let away = true;
    const gate = await serve((query, reply) =>
      away ? { status: 503, body: new Uint8Array() } : { body: reply.length > 0 ? reply : query },
    );
    const settings = {
      CHANCERY_TSA_URL: gate.url,
      CHANCERY_TSA_CA: join(authority.folder, "root.pem"),
      CHANCERY_TSA_EVERY_MINUTES: 60,
    };
    const anchoring = startAnchoring(database.deps, settings, quiet);
    try {
      expect((await readAnchoringState(database.deps)).configured).toBe(false);
      anchoring.lead(true);
      await expect
        .poll(async () => (await readAnchoringState(database.deps)).problem, { timeout: 120_000 })
        .toMatch(/answered 503/);
      away = false;
      await expect
        .poll(async () => (await readAnchoringState(database.deps)).last, { timeout: 120_000 })
        .toMatchObject({ size: at, authority: authorityName(gate.url) });
      await expect.poll(async () => (await readAnchoringState(database.deps)).problem).toBeNull();
      expect(tsa.asked()).toBe(0);
    } finally {
      await anchoring.job.stop();
      await updateAnchoringStatus(database.deps, null);
    }
  });

  test("a verification names an authority whose stamps it has no roots for", async () => {
    const tsa = await serve();
    await grow();
    await stamping(tsa.url);
    const deps = { ...database.deps, signer: { rememberedAll: () => Promise.resolve([]) } };
    const timestamps = { authority: authorityName(tsa.url), roots: [authority.rootDer] };
    expect((await verifyLog(deps)).untrustedStamps).toContain(timestamps.authority);
    const trusting = await verifyLog(deps, { timestamps });
    expect(trusting.untrustedStamps).not.toContain(timestamps.authority);
  });
});

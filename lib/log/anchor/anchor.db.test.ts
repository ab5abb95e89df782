import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import {
  isOpensslMissing,
  makeTimestampAuthority,
  type TestTimestampAuthority,
} from "@/lib/pki/testdata/timestamp-authority";
import { verifyTimestamp } from "@/lib/pki/timestamp";
import { readTimestampReply } from "@/lib/pki/timestamp-info";
import { createToken } from "@/lib/tokens/create-token";
import { makeCall } from "@/server/api/testing/client";
import { startAnchoring } from "@/server/log/anchor-job";
import { testActor } from "../testdata/actor";
import { openLogDatabase, type LogDatabase } from "../testdata/log-database";
import { openPublishedLog, type PublishedTestLog } from "../testdata/published-log";
import { anchorNewest, noteAnchoring } from "./anchor-newest";
import { anchorState } from "./anchor-state";
import { nameOfAuthority, readRoots } from "./ask-authority";
import { getAnchor, listAnchors } from "./list-anchors";
import { nextAnchorIn } from "./next-anchor";

// The time-stamping authority is openssl's, behind a small HTTP server of the test.

type Served = Awaited<ReturnType<TestTimestampAuthority["serve"]>>;
const auditor = testActor({ role: "auditor" });
let database: LogDatabase,
  log: PublishedTestLog,
  authority: TestTimestampAuthority,
  size = 10;
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
    database = await openLogDatabase();
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
    anchorNewest(database.deps, { url, roots, timeoutMs: 2_000 });

  test("nothing is asked before there is a checkpoint", async () => {
    const tsa = await serve();
    expect(await stamping(tsa.url)).toBeNull();
    expect(tsa.asked()).toBe(0);
  });

  test("the newest one, once, with an entry; and openssl verifies what is kept over the checkpoint's text", async () => {
    const at = await grow(),
      tsa = await serve(),
      made = await stamping(tsa.url);
    expect(made).toMatchObject({
      origin: log.origin,
      size: at,
      authority: nameOfAuthority(tsa.url),
    });
    expect(await stamping(tsa.url)).toBeNull();
    expect(tsa.asked()).toBe(1);
    const { reply, text, note } = await getAnchor(database.deps, auditor, { size: at }),
      token = readTimestampReply(reply);
    expect(note.startsWith(`${text}\n\u2014 `)).toBe(true);
    expect((await newEntries()).at(-1)?.details).toEqual({
      size: at,
      authority: nameOfAuthority(tsa.url),
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

  test("all are listed, the newest first, by pages; and exported one by one", async () => {
    const tsa = await serve();
    for (let n = 0; n < 3; n += 1) {
      await grow();
      await stamping(tsa.url);
    }
    const all = await listAnchors(database.deps, auditor),
      first = await listAnchors(database.deps, auditor, { limit: 2 });
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
    await expect(listAnchors(database.deps, testActor())).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(getAnchor(database.deps, testActor(), { size: 50 })).rejects.toMatchObject({
      code: "forbidden",
    });
  });

  test("over the API they are files that openssl takes as they come, each fetch on the record", async () => {
    const deps = { ...database.deps, signer: null as never, publicUrl: "http://localhost" },
      call = makeCall(deps);
    const token =
      (
        await createToken(deps, testActor({ role: "admin" }), {
          name: "auditor",
          role: "auditor",
          identityId: null,
          expiresInDays: null,
        })
      ).secret ?? "";
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

  describe("an authority that does not do what it should leaves no stamp and no entry", () => {
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
      const tsa = await serve(answer),
        before = await newEntries();
      await expect(stamping(tsa.url)).rejects.toThrow(words);
      expect([(await anchorState(database.deps)).count, await newEntries()]).toEqual([5, before]);
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
      const tsa = await serve(),
        foreign = makeTimestampAuthority("Foreign Time");
      try {
        await expect(stamping(tsa.url, [foreign.rootDer])).rejects.toThrow(/not trusted here/);
      } finally {
        foreign.remove();
      }
    });
  });

  test("the trusted certificates come from a file, and a missing one says how to mend it", () => {
    expect(readRoots(join(authority.folder, "root.pem"))).toEqual([authority.rootDer]);
    expect(() => readRoots("")).toThrow(/CHANCERY_TSA_CA is not set/);
    expect(() => readRoots(join(authority.folder, "none.pem"))).toThrow(
      /CHANCERY_TSA_CA: .*cannot be read/,
    );
    expect(() => readRoots(join(authority.folder, "root.key"))).toThrow(/holds no certificate/);
  });

  test("what may be a secret in the authority's address is in no name", () => {
    expect(nameOfAuthority("https://user:secret@tsa.example.com/tsr/?key=secret")).toBe(
      "tsa.example.com/tsr",
    );
  });

  test("the job stamps by itself while it leads, shows an authority that is away, and goes on when it is back", async () => {
    const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      tsa = await serve(),
      at = await grow();
    let away = true;
    const gate = await serve((query, reply) =>
      away ? { status: 503, body: new Uint8Array() } : { body: reply.length > 0 ? reply : query },
    );
    const settings = {
      CHANCERY_TSA_URL: gate.url,
      CHANCERY_TSA_CA: join(authority.folder, "root.pem"),
      CHANCERY_TSA_EVERY_MINUTES: 60,
    };
    const anchoring = startAnchoring(
      { ...database.deps, signer: null as never, publicUrl: "http://localhost" },
      settings,
      quiet,
    );
    try {
      expect((await anchorState(database.deps)).configured).toBe(false);
      anchoring.lead(true);
      await expect
        .poll(async () => (await anchorState(database.deps)).problem, { timeout: 20_000 })
        .toMatch(/answered 503/);
      away = false;
      await expect
        .poll(async () => (await anchorState(database.deps)).last, { timeout: 20_000 })
        .toMatchObject({ size: at, authority: nameOfAuthority(gate.url) });
      await expect.poll(async () => (await anchorState(database.deps)).problem).toBeNull();
      expect(tsa.asked()).toBe(0);
    } finally {
      await anchoring.job.stop();
      await noteAnchoring(database.deps, null);
    }
  });
});

describe("when the next stamp is due", () => {
  const at = (text: string): Date => new Date(`2026-11-${text}Z`),
    hour = 3_600_000;
  test.each([
    ["never stamped", null, at("23T10:00:00"), 0],
    ["an hour after the last", at("23T10:00:00"), at("23T10:20:00"), 40 * 60_000],
    ["overdue", at("23T10:00:00"), at("23T12:00:00"), 0],
    ["the day ends first", at("23T23:30:00"), at("23T23:40:00"), 20 * 60_000 + 5_000],
    ["the day has just ended", at("23T23:30:00"), at("24T00:00:05"), 0],
    ["stamped for the day's end", at("24T00:00:06"), at("24T00:00:07"), hour - 1_000],
    ["stamped a moment too early for it", at("24T00:00:02"), at("24T00:00:03"), 2_000],
  ])("%s", (_what, last, now, wait) => {
    expect(nextAnchorIn(last, now, hour)).toBe(wait);
  });
});

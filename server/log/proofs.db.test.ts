import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getLogState } from "@/lib/log/live/get-log-state";
import { getEntryProof } from "@/lib/log/prove/get-entry-proof";
import { fromBase64, fromHex } from "@/lib/log/pure/bytes";
import { parseTlogProof } from "@/lib/log/pure/tlog-proof";
import { verifyCheckpoint } from "@/lib/log/pure/verify-checkpoint";
import { verifyConsistency, verifyInclusion } from "@/lib/log/pure/verify-proof";
import { emptyWitnessPolicy } from "@/lib/log/pure/witness-policy";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { type Call, makeCall } from "@/testing/api/client";
import { operatorActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { asSuperuser } from "@/testing/log/as-superuser";
import { openPublishedLog, type PublishedTestLog } from "@/testing/log/published-log";

let harness: Harness, log: PublishedTestLog, call: Call, token: string;
const auditor = operatorActor({ role: "auditor" });
const leafOf = (n: number): Uint8Array =>
  new Uint8Array(
    createHash("sha256")
      .update(Buffer.from([0]))
      .update(`{"n":${n}}`)
      .digest(),
  );

beforeAll(async () => {
  harness = await openHarness();
  await harness.stopSequencer();
  token = await harness.tokenFor("auditor");
  call = makeCall(harness.deps);
  log = await openPublishedLog(harness);
});
afterAll(async () => {
  await log.close();
  await harness.close();
});
const get = (path: string) => call("GET", path, { token });

describe("before the first checkpoint", () => {
  test("before the first checkpoint the log state is unsealed, and no proof is available", async () => {
    expect((await get("/audit/log")).body).toMatchObject({
      size: 0,
      treeSize: 0,
      checkpoint: null,
      level: "unsealed",
      quorum: "none configured",
      anchors: { count: 0, last: null, configured: false },
      halted: null,
      logs: [{ generation: 1, origin: log.origin, vkey: log.vkey }],
    });
    await log.fill(3);
    expect(await get("/audit/proofs/inclusion?entry=0")).toMatchObject({
      status: 409,
      body: { code: "log.not-sealed" },
    });
    expect(await get("/audit/proofs/consistency?from=0")).toMatchObject({
      status: 409,
      body: { code: "log.not-sealed" },
    });
    expect(await getEntryProof(harness.deps, auditor, 1)).toEqual({
      seq: 1,
      leafHashHex: Buffer.from(leafOf(1)).toString("hex"),
      inclusion: null,
      checkpoint: null,
      vkey: null,
      witnesses: [],
      quorum: 0,
      consistency: null,
    });
  });
});

describe("with checkpoints of 3, 300 and 777 entries", () => {
  const notes: Record<number, string> = {};
  beforeAll(async () => {
    for (const size of [3, 300, 777]) {
      await log.fill(size);
      notes[size] = await log.publish(size);
    }
  });

  test.each([
    [0, undefined],
    [1, 3],
    [2, 3],
    [255, 300],
    [256, 300],
    [776, undefined],
    [299, 301],
  ])("entry %i is proven to be in the tree of %s entries", async (entry, size) => {
    const { status, body } = await get(
      `/audit/proofs/inclusion?entry=${entry}${size === undefined ? "" : `&size=${size}`}`,
    );
    expect([status, body["seq"], body["size"], body["checkpoint"]]).toEqual([
      200,
      entry,
      size ?? 777,
      notes[size ?? 777] ?? null,
    ]);
    await verifyInclusion(nodeLogCrypto, {
      leafHash: leafOf(entry),
      index: entry,
      size: size ?? 777,
      path: (body["path"] as string[]).map(fromBase64),
      root: fromHex(body["rootHex"] as string),
    });
  });

  test.each([
    [0, 777],
    [1, 777],
    [3, 300],
    [256, 777],
    [300, 777],
    [777, 777],
    [5, 6],
  ])("the tree of %i entries is proven to be the beginning of that of %i", async (from, to) => {
    const { status, body } = await get(`/audit/proofs/consistency?from=${from}&to=${to}`);
    expect(status).toBe(200);
    const proof = {
      oldSize: from,
      oldRoot: fromHex(body["fromRootHex"] as string),
      newSize: to,
      newRoot: fromHex(body["toRootHex"] as string),
      path: (body["path"] as string[]).map(fromBase64),
    };
    await expect(verifyConsistency(nodeLogCrypto, proof)).resolves.toBeUndefined();
  });

  test.each([
    ["/audit/proofs/inclusion?entry=777", 404, "entry.not-found"],
    ["/audit/proofs/inclusion?entry=ent_none", 404, "entry.not-found"],
    ["/audit/proofs/inclusion?entry=5&size=5", 422, "log.proof-sizes"],
    ["/audit/proofs/inclusion?entry=5&size=778", 409, "log.not-sealed"],
    ["/audit/proofs/inclusion?entry=5&size=-1", 400, "request.invalid"],
    ["/audit/proofs/inclusion", 400, "request.invalid"],
    ["/audit/proofs/inclusion?entry=5&size=1e9", 409, "log.not-sealed"],
    ["/audit/proofs/consistency?from=778", 409, "log.not-sealed"],
    ["/audit/proofs/consistency?from=5&to=4", 422, "log.proof-sizes"],
    ["/audit/proofs/consistency?from=x", 400, "request.invalid"],
    ["/audit/proofs/consistency?from=1&to=2&too=3", 400, "request.invalid"],
  ])("%s is refused with %i and %s", async (path, status, code) => {
    const answer = await get(path);
    expect([answer.status, answer.body["code"]]).toEqual([status, code]);
  });

  test("the proof of an entry is a file that verifies with the log's key alone", async () => {
    const { status, headers, text } = await get("/audit/events/42/proof");
    expect([status, headers.get("content-type"), headers.get("content-disposition")]).toEqual([
      200,
      "text/plain; charset=utf-8",
      'attachment; filename="entry-42.tlog-proof"',
    ]);
    const { index, path, checkpoint: note } = parseTlogProof(text),
      { checkpoint } = await verifyCheckpoint(nodeLogCrypto, note, log.key);
    await verifyInclusion(nodeLogCrypto, {
      leafHash: leafOf(42),
      index,
      size: checkpoint.size,
      path,
      root: checkpoint.root,
    });
    expect(index).toBe(42);
  });

  test("an entry that no checkpoint covers has no proof yet, and the answer has a Retry-After", async () => {
    await log.fill(778);
    const { status, headers, body } = await get("/audit/events/777/proof");
    expect([status, body["code"], headers.get("retry-after")]).toEqual([
      409,
      "log.not-sealed",
      "1",
    ]);
    expect((await getEntryProof(harness.deps, auditor, 777)).inclusion).toBeNull();
  });

  test("a checkpoint that a browser stored is proven consistent with the current one; for another or a larger log no proof is given", async () => {
    const { inclusion, consistency, checkpoint, vkey } = await getEntryProof(
      harness.deps,
      auditor,
      7,
      { since: { origin: log.origin, size: 300 } },
    );
    expect([inclusion?.size, consistency?.from, vkey]).toEqual([777, 300, log.vkey]);
    await verifyConsistency(nodeLogCrypto, {
      oldSize: 300,
      oldRoot: await log.rootAt(300),
      newSize: 777,
      newRoot: fromHex(checkpoint!.rootHex),
      path: consistency!.path.map(fromBase64),
    });
    expect(
      (
        await getEntryProof(harness.deps, auditor, 7, {
          since: { origin: "other.example.com/log/1", size: 300 },
        })
      ).consistency,
    ).toBeNull();
    expect(
      (
        await getEntryProof(harness.deps, auditor, 7, {
          since: { origin: log.origin, size: 100_000 },
        })
      ).consistency,
    ).toBeNull();
  });

  test("the log state names the newest checkpoint and its level", async () => {
    expect((await get("/audit/log")).body).toMatchObject({
      size: 778,
      treeSize: 777,
      level: "signed",
      checkpoint: { origin: log.origin, size: 777, note: notes[777], cosignedBy: [] },
    });
  });

  test("a stored checkpoint that the log's key did not sign is reported as unsealed", async () => {
    await asSuperuser(
      harness.urls.superUrl,
      "update tlog.checkpoint set note = replace(note, '777', '776') where size = 777",
    );
    try {
      expect((await get("/audit/log")).body).toMatchObject({ level: "unsealed" });
    } finally {
      await asSuperuser(
        harness.urls.superUrl,
        "update tlog.checkpoint set note = replace(note, '776', '777') where size = 777",
      );
    }
  });

  test.each(["operator", "approver"] as const)(
    "the role %s can't read the log state, proofs or anchors",
    async (role) => {
      const other = await harness.tokenFor(role);
      for (const path of [
        "/audit/log",
        "/audit/proofs/inclusion?entry=1",
        "/audit/proofs/consistency?from=1",
        "/audit/events/1/proof",
        "/audit/anchors",
        "/audit/anchors/777",
      ]) {
        expect((await call("GET", path, { token: other })).status, path).toBe(403);
        expect((await call("GET", path)).status, path).toBe(401);
      }
    },
  );

  test("each read of the log state or of a proof is recorded in the audit log", async () => {
    for (const path of ["/audit/log", "/audit/proofs/inclusion?entry=1", "/audit/events/1/proof"]) {
      const { entries } = await harness.newEntries(() => get(path));
      expect(entries).toEqual([
        expect.objectContaining({
          action: "log.read",
          outcome: "success",
          details: expect.objectContaining({ method: "GET", path: `/api/v1${path}`, status: 200 }),
        }),
      ]);
    }
  });

  test("a proof file is not served while the audit log can't be written", async () => {
    expect((await harness.withoutRecord(() => get("/audit/events/1/proof"))).status).toBe(503);
  });

  test("the witnesses of the witness policy are listed before their first request", async () => {
    const key = { ...log.key, type: 4 as const };
    const deps = {
      ...harness.deps,
      witnessPolicy: {
        ...emptyWitnessPolicy,
        quorum: "w",
        witnesses: [{ name: "w", vkey: "w+0+0", key, url: null }],
      },
    };
    expect(await getLogState(deps, auditor)).toMatchObject({
      quorum: "the witness w",
      witnesses: [{ name: "w", size: null, error: null }],
    });
    expect(await getEntryProof(deps, auditor, 1)).toMatchObject({
      quorum: 1,
      witnesses: [{ name: "w", vkey: "w+0+0" }],
    });
  });
});

describe("after a restore and a continuation", () => {
  test("after a restore, proofs use only checkpoints of the current tree, never one over lost entries", async () => {
    const next = await openPublishedLog(harness, "log.example.com/log/0000000c");
    try {
      // The old log's 777 lie before the continuation; a checkpoint of 5,000 that it signed before
      // the restore does not.
      await harness.asSuper(
        "insert into tlog.checkpoint (generation, size, root, note, published_at) values (1, 5000, $1, $2, now())",
        [Buffer.alloc(32), log.signNote(5000, new Uint8Array(32))],
      );
      expect((await getEntryProof(harness.deps, auditor, 7)).checkpoint).toMatchObject({
        origin: log.origin,
        size: 777,
      });
      await next.fill(800);
      await next.publish(800);
      const { checkpoint, consistency } = await getEntryProof(harness.deps, auditor, 7, {
        since: { origin: log.origin, size: 777 },
      });
      expect([checkpoint?.origin, checkpoint?.size, consistency]).toEqual([next.origin, 800, null]);
      expect((await get("/audit/log")).body).toMatchObject({
        logs: [
          { generation: 2, origin: next.origin, startSize: 778 },
          { generation: 1, origin: log.origin },
        ],
      });
    } finally {
      await next.close();
    }
  });
});

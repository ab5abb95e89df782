import type { ServerResponse } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { addCheckpoint } from "@/lib/witness/add-checkpoint";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { toBase64 } from "@/lib/log/pure/bytes";
import { parseNote } from "@/lib/log/pure/note";
import { parseWitnessPolicy } from "@/lib/log/pure/witness-policy";
import { verifyCheckpoint } from "@/lib/log/pure/verify-checkpoint";
import type { CosignatureResult } from "./types";
import { type Harness, openHarness } from "@/testing/harness";
import { openPublishedLog, type PublishedTestLog } from "@/testing/log/published-log";
import { openFakeWitness, openTestWitness, type TestWitness } from "@/testing/log/test-witness";
import { buildConsistencyProof } from "@/lib/log/tree/build-proofs";
import { makeTileReader } from "@/lib/log/tree/tile-reader";
import { makeCosignatureCollector } from "./collect-cosignatures";

let database: Harness;
let log: PublishedTestLog;
const toClose: { close: () => Promise<unknown> }[] = [];
beforeAll(async () => {
  database = await openHarness({ sequencer: false, connections: 80 });
  log = await openPublishedLog(database);
  await log.fill(300);
  await log.publish(300);
});
afterEach(async () => {
  await Promise.all(toClose.splice(0).map((one) => one.close()));
});
afterAll(async () => {
  await log.close();
  await database.close();
});

async function witness(): Promise<TestWitness> {
  const made = await openTestWitness([log.key]);
  toClose.push(made);
  return made;
}
const policyOf = (...lines: string[]) => parseWitnessPolicy(`${lines.join("\n")}\n`);
type Cosign = ReturnType<typeof makeCosignatureCollector>;
/** What the publisher does with a tree of that size. */
async function cosignAt(cosign: Cosign, size: number): Promise<CosignatureResult> {
  return cosign(log.signNote(size, await log.rootAt(size)), size, (from) =>
    buildConsistencyProof(makeTileReader(database.deps.db, size), from, size),
  );
}
const noted = async (name = "w") =>
  (
    await database.deps.db.pool.query<{
      size: string | null;
      error: string | null;
      url: string | null;
    }>("select size, error, url from tlog.witness where name = $1", [name])
  ).rows[0];
/** Lets a witness cosign a checkpoint of the log's key behind the log's back. */
async function letCosign(one: TestWitness, size: number, note: string, old = 0): Promise<void> {
  const path =
    old === 0 ? [] : await buildConsistencyProof(makeTileReader(database.deps.db), old, size);
  const body = `old ${old}\n${path.map((hash) => `${toBase64(hash)}\n`).join("")}\n${note}`;
  expect(
    (
      await addCheckpoint(
        {
          key: one.key,
          store: one.store,
          clock: database.deps.clock,
          logs: new Map([[log.origin, [log.key]]]),
        },
        Buffer.from(body),
      )
    ).status,
  ).toBe(200);
}

describe("witnesses that do what they should", () => {
  test("cosign each size that comes, and the note with their lines reaches the policy's level", async () => {
    const [a, b] = [await witness(), await witness()];
    const policy = policyOf(a.line("a"), b.line("b"), "group both all a b", "quorum both");
    const cosign = makeCosignatureCollector(database.deps, policy);
    for (const size of [0, 1, 2, 100, 256, 300]) {
      const { quorumMet, lines, ahead } = await cosignAt(cosign, size);
      const note =
        log.signNote(size, await log.rootAt(size)) + lines.map(({ line }) => line).join("");
      expect([quorumMet, ahead]).toEqual([true, null]);
      expect(await verifyCheckpoint(nodeLogCrypto, note, log.key, policy)).toMatchObject({
        level: "witnessed",
        checkpoint: { size },
        cosigned: [{ name: "a" }, { name: "b" }],
      });
      expect([await noted("a"), await noted("b")]).toMatchObject([
        { size: String(size), error: null },
        { size: String(size), error: null },
      ]);
    }
  });

  test("the size that a witness remembers is learnt from it: after a restart of either side", async () => {
    const one = await witness();
    const policy = policyOf(one.line("w"), "quorum w");
    await letCosign(one, 77, log.signNote(77, await log.rootAt(77)));
    expect((await cosignAt(makeCosignatureCollector(database.deps, policy), 120)).quorumMet).toBe(
      true,
    );
    await letCosign(one, 130, log.signNote(130, await log.rootAt(130)), 120);
    expect((await cosignAt(makeCosignatureCollector(database.deps, policy), 140)).quorumMet).toBe(
      true,
    );
    expect((await cosignAt(makeCosignatureCollector(database.deps, policy), 140)).quorumMet).toBe(
      true,
    );
  });

  test("one that fails does not keep a quorum of the others waiting, and is shown", async () => {
    const [a, b, c] = [await witness(), await witness(), await witness()];
    const policy = policyOf(
      a.line("a"),
      b.line("b"),
      c.line("c"),
      "group two 2 a b c",
      "quorum two",
    );
    const cosign = makeCosignatureCollector(database.deps, policy);
    await c.stop();
    const { quorumMet, lines } = await cosignAt(cosign, 50);
    expect([quorumMet, lines.map(({ witness: name }) => name).toSorted()]).toEqual([
      true,
      ["a", "b"],
    ]);
    expect(await noted("c")).toMatchObject({ size: null, error: "the connection was refused" });
    await b.stop();
    expect((await cosignAt(cosign, 60)).quorumMet).toBe(false);
    await c.start();
    expect((await cosignAt(cosign, 70)).quorumMet).toBe(true);
    expect(await noted("c")).toMatchObject({ size: "70", error: null });
  });

  test("a checkpoint that needs no witness is published with the cosignatures that arrive", async () => {
    const [a, b] = [await witness(), await witness()];
    const cosign = makeCosignatureCollector(
      database.deps,
      policyOf(a.line("a"), b.line("b"), "quorum none"),
    );
    await b.stop();
    expect(await cosignAt(cosign, 50)).toMatchObject({
      quorumMet: true,
      lines: [{ witness: "a" }],
    });
  });

  test("with no witness in the policy none is asked, and earlier ones are forgotten", async () => {
    expect(
      await cosignAt(makeCosignatureCollector(database.deps, policyOf("quorum none")), 50),
    ).toEqual({
      lines: [],
      quorumMet: true,
      ahead: null,
    });
    expect((await database.deps.db.pool.query("select from tlog.witness")).rowCount).toBe(0);
  });
});

describe("a witness that remembers what contradicts the log", () => {
  test("a larger checkpoint of the log's own key is handed over, since entries were lost", async () => {
    const one = await witness();
    const note = log.signNote(300, await log.rootAt(300));
    await letCosign(one, 300, note);
    const { quorumMet, ahead } = await cosignAt(
      makeCosignatureCollector(database.deps, policyOf(one.line("w"), "quorum w")),
      200,
    );
    expect([quorumMet, ahead?.witness]).toEqual([false, "w"]);
    expect(parseNote(ahead!.note).text).toBe(parseNote(note).text);
    expect((await noted())?.error).toBe(
      "it holds a checkpoint of 300 entries, but this log has 200",
    );
  });

  test.each([
    ["of the same size", 200],
    ["of a smaller size", 150],
  ])("another tree %s is handed over, since the log was changed", async (_what, size) => {
    const one = await witness();
    const fork = log.signNote(size, new Uint8Array(32).fill(7));
    await letCosign(one, size, fork);
    const { quorumMet, ahead } = await cosignAt(
      makeCosignatureCollector(database.deps, policyOf(one.line("w"), "quorum w")),
      200,
    );
    expect([quorumMet, ahead?.witness]).toEqual([false, "w"]);
    expect(parseNote(ahead!.note).text).toBe(parseNote(fork).text);
    expect((await noted())?.error).toMatch(/^it answered 4(09|22)/);
  });

  test.each([
    ["without any checkpoint", (response: ServerResponse) => response.writeHead(404).end()],
    [
      "with a checkpoint that another key signed",
      (response: ServerResponse) =>
        response.end(
          `${log.origin}\n999\n${toBase64(new Uint8Array(32))}\n\n\u2014 ${log.origin} ${toBase64(new Uint8Array([...log.key.keyId, ...new Uint8Array(64)]))}\n`,
        ),
    ],
    ["with rubbish", (response: ServerResponse) => response.end("rubbish")],
  ])("a mere claim of more, %s, stops nothing but itself", async (_what, show) => {
    const real = await witness();
    const fake = await openFakeWitness((request, response) => {
      if (request.method === "POST")
        response.writeHead(409, { "content-type": "text/x.tlog.size" }).end("999\n");
      else show(response);
    });
    toClose.push(fake);
    const { quorumMet, ahead } = await cosignAt(
      makeCosignatureCollector(
        database.deps,
        policyOf(
          real.line("w"),
          `witness liar ${(await witness()).key.vkey} ${fake.url}`,
          "quorum w",
        ),
      ),
      200,
    );
    expect([quorumMet, ahead]).toEqual([true, null]);
    expect((await noted("liar"))?.error).toBe(
      "it holds a checkpoint of 999 entries, but this log has 200; it returned no valid checkpoint of that size",
    );
  });
});

describe("a witness that does not do what it should is not believed, and what is wrong is shown", () => {
  const cases: readonly (readonly [
    string,
    RegExp,
    (response: ServerResponse, honest: string) => void,
  ])[] = [
    [
      "a line of another key",
      /cosignature is invalid/,
      (response) => response.end("\u2014 x.example.com AAAAAAAAAAA=\n"),
    ],
    [
      "its own line with the signature changed",
      /cosignature is invalid/,
      (response, honest) =>
        response.end(
          honest.replace(/.{4}\n$/, (tail) => (tail.startsWith("A") ? "B" : "A") + tail.slice(1)),
        ),
    ],
    ["nothing", /cosignature is invalid/, (response) => response.end()],
    ["rubbish", /cosignature is invalid/, (response) => response.end("<html>")],
    ["more than any answer holds", /too long/, (response) => response.end("x".repeat(100_000))],
    ["404", /404 \(it does not watch this log/, (response) => response.writeHead(404).end("who?")],
    ["403", /403 \(it rejected the log's signature/, (response) => response.writeHead(403).end()],
    ["422", /422 \(the checkpoint does not extend/, (response) => response.writeHead(422).end()],
    [
      "500 with control characters",
      /^it answered 500: a b$/,
      (response) => response.writeHead(500).end("a\u0007\nb"),
    ],
    [
      "a size in a wrong form",
      /409/,
      (response) => response.writeHead(409, { "content-type": "text/x.tlog.size" }).end("0100\n"),
    ],
    [
      "a size as plain text",
      /409/,
      (response) => response.writeHead(409, { "content-type": "text/plain" }).end("100\n"),
    ],
    [
      "the size that it was sent",
      /409/,
      (response) => response.writeHead(409, { "content-type": "text/x.tlog.size" }).end("0\n"),
    ],
    [
      "a redirect",
      /redirect/,
      (response) => response.writeHead(307, { location: "http://127.0.0.1:9/" }).end(),
    ],
    ["the connection's end", /./, (response) => response.destroy()],
    ["no answer at all", /timed out/, () => {}],
  ];
  test.each(cases)("%s", async (_what, words, behave) => {
    const honest = await witness();
    const line = (
      await cosignAt(
        makeCosignatureCollector(database.deps, policyOf(honest.line("w"), "quorum w")),
        20,
      )
    ).lines[0]!.line;
    const fake = await openFakeWitness((request, response) => {
      if (request.method === "POST") behave(response, line);
      else response.writeHead(404).end();
    });
    toClose.push(fake);
    const outcome = await cosignAt(
      makeCosignatureCollector(
        database.deps,
        policyOf(`witness fake ${honest.key.vkey} ${fake.url}`, "quorum fake"),
        { timeoutMs: 400 },
      ),
      20,
    );
    expect(outcome).toEqual({ lines: [], quorumMet: false, ahead: null });
    await expect.poll(async () => (await noted("fake"))?.error).toMatch(words);
  });

  test("an address is missing in the policy", async () => {
    const one = await witness();
    expect(
      (
        await cosignAt(
          makeCosignatureCollector(
            database.deps,
            policyOf(`witness w ${one.key.vkey}`, "quorum w"),
          ),
          20,
        )
      ).quorumMet,
    ).toBe(false);
    expect((await noted())?.error).toBe("the policy has no URL for it");
  });

  test("the cosignature of one witness does not count for another at the same address", async () => {
    const [one, other] = [await witness(), await witness()];
    const { quorumMet } = await cosignAt(
      makeCosignatureCollector(
        database.deps,
        policyOf(
          one.line("a"),
          `witness b ${other.key.vkey} ${one.url()}`,
          "group both all a b",
          "quorum both",
        ),
      ),
      20,
    );
    expect(quorumMet).toBe(false);
    expect((await noted("b"))?.error).toMatch(/cosignature is invalid/);
  });
});

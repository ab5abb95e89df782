import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, test } from "vitest";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { parseVkey } from "@/lib/log/pure/note";
import { parseWitnessPolicy, type WitnessPolicy } from "@/lib/log/pure/witness-policy";
import { verifyCheckpoint } from "@/lib/log/pure/verify-checkpoint";
import {
  faultsOf,
  goBackTo,
  openPublishingLog,
  until,
  type PublishingLog,
} from "@/testing/log/publish/pipeline-fixture";
import { bundleScript } from "@/testing/bundle-script";
import { openTestWitness } from "@/testing/log/test-witness";
import { findNewestCheckpoint } from "@/lib/log/tree/checkpoint-reader";
import { makeWitnessCheckpointReader } from "./read-witness-checkpoints";
import { makeCosignatureCollector } from "./collect-cosignatures";

// Whole pipelines: real signers, real witnesses over HTTP, real checkpoints.

const toClose: { close: () => Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of toClose.splice(0)) await one.close();
});
const kept = <T extends { close: () => Promise<unknown> }>(one: T): T => {
  toClose.unshift(one);
  return one;
};

const policyOf = (...lines: string[]): WitnessPolicy => parseWitnessPolicy(`${lines.join("\n")}\n`);
const publishWith = (fixture: PublishingLog, policy: WitnessPolicy) =>
  fixture.start({
    collectCosignatures: makeCosignatureCollector(fixture.harness.deps, policy),
    readWitnessCheckpoints: makeWitnessCheckpointReader(policy),
  });
const logKeyOf = async (fixture: PublishingLog) =>
  parseVkey(
    String(
      (
        await until(
          async () =>
            (
              await fixture.harness.asSuper(
                "select vkey from tlog.log order by generation desc limit 1",
              )
            )[0],
        )
      )["vkey"],
    ),
  );
async function newest(fixture: PublishingLog, policy: WitnessPolicy) {
  const found = await findNewestCheckpoint(fixture.harness.deps.db);
  return {
    size: found?.size ?? null,
    ...(found === null
      ? { level: null, cosigned: [] }
      : await verifyCheckpoint(nodeLogCrypto, found.note, await logKeyOf(fixture), policy)),
  };
}
const witnessRow = async (fixture: PublishingLog, name: string) =>
  (
    await fixture.harness.asSuper(
      `select size::int, error from tlog.witness where name = '${name}'`,
    )
  )[0];

describe("two Chanceries, a witness that watches both, and each team's witness for the other", () => {
  test("every checkpoint bears the cosignatures that the policy asks for, and neither log disturbs the other", async () => {
    const [first, second] = [kept(await openPublishingLog()), kept(await openPublishingLog())];
    const [common, ofFirst, ofSecond] = [
      kept(await openTestWitness()),
      kept(await openTestWitness()),
      kept(await openTestWitness()),
    ];
    const policies = [
      policyOf(
        common.line("common"),
        ofSecond.line("neighbor"),
        "group both all common neighbor",
        "quorum both",
      ),
      policyOf(
        common.line("common"),
        ofFirst.line("neighbor"),
        "group both all common neighbor",
        "quorum both",
      ),
    ] as const;
    publishWith(first, policies[0]);
    publishWith(second, policies[1]);
    // The log has a key as soon as it is opened; a witness gets it then, and publishing goes
    // on by itself.
    const keys = [await logKeyOf(first), await logKeyOf(second)] as const;
    for (const key of keys) common.watch(key);
    ofSecond.watch(keys[0]);
    ofFirst.watch(keys[1]);
    for (let round = 0; round < 4; round += 1) {
      await Promise.all([first.write(40), second.write(25)]);
      await Promise.all([first.published(), second.published()]);
    }
    for (const [fixture, policy] of [
      [first, policies[0]],
      [second, policies[1]],
    ] as const) {
      expect(await newest(fixture, policy)).toMatchObject({
        level: "witnessed",
        size: await fixture.size(),
        cosigned: [{ name: "common" }, { name: "neighbor" }],
      });
      expect(await faultsOf(fixture)).toEqual([]);
      expect(await witnessRow(fixture, "neighbor")).toEqual({
        size: await fixture.size(),
        error: null,
      });
    }
  });
});

describe("while the quorum is not met", () => {
  test("nothing is published and the state says why; when the witness is back the newest tree is published by itself", async () => {
    const fixture = kept(await openPublishingLog());
    const one = kept(await openTestWitness());
    const policy = policyOf(one.line("w"), "quorum w");
    publishWith(fixture, policy);
    one.watch(await logKeyOf(fixture));
    await fixture.write(10);
    const before = await fixture.published();
    await one.stop();
    await fixture.write(30);
    await until(async () => (await witnessRow(fixture, "w"))?.["error"]);
    await until(async () => (await fixture.size()) > before);
    expect((await newest(fixture, policy)).size).toBe(before);
    await one.start();
    expect(await fixture.published()).toBeGreaterThan(before);
    expect(await newest(fixture, policy)).toMatchObject({
      level: "witnessed",
      size: await fixture.size(),
    });
    expect(await witnessRow(fixture, "w")).toEqual({ size: await fixture.size(), error: null });
    expect(await faultsOf(fixture)).toEqual([]);
  });
});

/** A log that a witness follows, stopped after it had published two sizes. */
async function publishedAndStopped() {
  const fixture = kept(await openPublishingLog());
  const one = kept(await openTestWitness());
  const policy = policyOf(one.line("w"), "quorum w");
  publishWith(fixture, policy);
  one.watch(await logKeyOf(fixture));
  await fixture.write(10);
  const old = await fixture.published();
  await fixture.write(30);
  const lost = await fixture.published();
  await fixture.stopAll();
  return { fixture, one, policy, old, lost };
}

const haltOf = (fixture: Awaited<ReturnType<typeof openPublishingLog>>): Promise<unknown> =>
  until(
    async () =>
      (await fixture.harness.asSuper("select halted from tlog.head where halted is not null"))[0]?.[
        "halted"
      ],
  );

describe("a database that was restored together with the signer's own memory", () => {
  test("a witness exposes a database restored with the signer's state: the log halts, and says what is missing", async () => {
    const { fixture, policy, old, lost } = await publishedAndStopped();
    await goBackTo(fixture, old);
    rmSync(fixture.harness.witnessDir, { recursive: true, force: true });
    const entries = await fixture.size();
    publishWith(fixture, policy);
    const head = await haltOf(fixture);
    expect(head).toMatchObject({
      code: "log.smaller-than-remembered",
      rememberedSize: lost,
      message: expect.stringContaining("The witness w remembers") as string,
    });
    expect((await newest(fixture, policy)).size).toBe(old);
    // It is asked before anything is numbered or signed, so there is no second checkpoint of any
    // size, not even an unpublished one.
    expect(
      await fixture.harness.asSuper("select from tlog.checkpoint where size > $1", [old]),
    ).toEqual([]);
    expect(await fixture.size()).toBe(entries);
  });

  test("is found out by the witness when that was away at the start, as soon as it is back", async () => {
    const { fixture, one, policy, old, lost } = await publishedAndStopped();
    await one.stop();
    await goBackTo(fixture, old);
    rmSync(fixture.harness.witnessDir, { recursive: true, force: true });
    publishWith(fixture, policy);
    await fixture.write(1);
    await until(async () => (await witnessRow(fixture, "w"))?.["error"]);
    await one.start();
    const head = await haltOf(fixture);
    expect(head).toMatchObject({ code: "log.smaller-than-remembered", rememberedSize: lost });
    expect((await newest(fixture, policy)).size).toBe(old);
  });
});

describe("chancery witness, as a separate process", () => {
  type Running = Readonly<{
    process: ChildProcess;
    vkey: string;
    url: string;
    close: () => Promise<void>;
  }>;
  const root = findRepoRoot();
  async function start(folder: string, logs: readonly string[], port = "0"): Promise<Running> {
    const child = spawn(
      process.execPath,
      [
        bundleScript("cli/main.ts"),
        "witness",
        "--data",
        folder,
        "--port",
        port,
        ...logs.flatMap((vkey) => ["--log", vkey]),
      ],
      {
        cwd: root,
        stdio: ["ignore", "pipe", "inherit"],
        env: {
          PATH: process.env["PATH"],
          CHANCERY_DATA: join(folder, "none"),
        } as unknown as NodeJS.ProcessEnv,
      },
    );
    const lines = createInterface(child.stdout!)[Symbol.asyncIterator]();
    const [vkey, url] = [String((await lines.next()).value), String((await lines.next()).value)];
    return {
      process: child,
      vkey,
      url,
      close: async () => {
        if (child.exitCode === null && child.signalCode === null) {
          child.kill("SIGKILL");
          await once(child, "exit");
        }
      },
    };
  }

  test("killed again and again under load, it loses nothing, keeps its key, and the log goes on as soon as it is back", async () => {
    const folder = mkdtempSync(join(tmpdir(), "chancery-witness-"));
    kept({ close: async () => rmSync(folder, { recursive: true, force: true }) });
    const fixture = kept(await openPublishingLog());
    fixture.start();
    const vkey = String(
      (await until(async () => (await fixture.harness.asSuper("select vkey from tlog.log"))[0]))[
        "vkey"
      ],
    );
    await fixture.stopAll();
    let witness = await start(folder, [vkey]);
    const first = witness;
    const policy = policyOf(`witness w ${witness.vkey} ${witness.url}`, "quorum w");
    kept({ close: () => witness.close() });
    publishWith(fixture, policy);
    for (let round = 0; round < 3; round += 1) {
      const writing = fixture.write(200);
      const before = (await newest(fixture, policy)).size ?? 0;
      await until(async () => ((await newest(fixture, policy)).size ?? 0) > before);
      await witness.close();
      const { size } = await newest(fixture, policy);
      witness = await start(folder, [vkey], new URL(first.url).port);
      const state = (await (await fetch(witness.url)).json()) as { logs: { size: number }[] };
      expect([witness.vkey, witness.url]).toEqual([first.vkey, first.url]);
      // What was published had been cosigned, and what was cosigned is remembered.
      expect(state.logs[0]?.size).toBeGreaterThanOrEqual(size!);
      await writing;
      await fixture.published();
    }
    await fixture.write(5);
    await fixture.published();
    expect(await newest(fixture, policy)).toMatchObject({
      level: "witnessed",
      size: await fixture.size(),
    });
    expect(await faultsOf(fixture)).toEqual([]);
  });

  test.each([
    [["witness"]],
    [["witness", "--data", "x"]],
    [["witness", "--data", "x", "--log", "rubbish"]],
    [["witness", "--data", "x", "--log", "k", "--port", "99999"]],
    [["witness", "--frob"]],
  ])("%j is refused with how it is written, and exit code 2", async (args) => {
    const child = spawn(process.execPath, [bundleScript("cli/main.ts"), ...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let words = "";
    child.stderr.on("data", (piece: Buffer) => {
      words += piece.toString();
    });
    const [code] = (await once(child, "close")) as [number];
    expect([code, /--log VKEY|--log:|--port:/.test(words)]).toEqual([2, true]);
  });
});

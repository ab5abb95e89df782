import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, test } from "vitest";
import { findRepoRoot } from "@/lib/runtime-root";
import { nodeLogCrypto } from "../node-crypto";
import { parseVkey } from "../pure/note";
import { parsePolicy, type Policy } from "../pure/policy";
import { verifyCheckpoint } from "../pure/verify-checkpoint";
import { faultsOf, goBackTo, openStand, until, type Stand } from "../publish/testdata/stand";
import { openTestWitness } from "../testdata/test-witness";
import { newestCheckpoint } from "../tree-reader";
import { makeAskWitnesses } from "./ask-all-remembered";
import { makeCosign } from "./make-cosign";

// Whole pipelines: real signers, real witnesses over HTTP, real checkpoints.

const toClose: { close: () => Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of toClose.splice(0)) await one.close();
});
const kept = <T extends { close: () => Promise<unknown> }>(one: T): T => {
  toClose.unshift(one);
  return one;
};

const policyOf = (...lines: string[]): Policy => parsePolicy(`${lines.join("\n")}\n`);
const publishWith = (stand: Stand, policy: Policy) =>
  stand.start({
    cosign: makeCosign(stand.house.deps, policy),
    askWitnesses: makeAskWitnesses(policy),
  });
const logKeyOf = async (stand: Stand) =>
  parseVkey(
    String(
      (
        await until(
          async () =>
            (
              await stand.house.asSuper(
                "select vkey from tlog.log order by generation desc limit 1",
              )
            )[0],
        )
      )["vkey"],
    ),
  );
async function newest(stand: Stand, policy: Policy) {
  const found = await newestCheckpoint(stand.house.deps.db);
  return {
    size: found?.size ?? null,
    ...(found === null
      ? { level: null, cosigned: [] }
      : await verifyCheckpoint(nodeLogCrypto, found.note, await logKeyOf(stand), policy)),
  };
}
const witnessRow = async (stand: Stand, name: string) =>
  (
    await stand.house.asSuper(`select size::int, error from tlog.witness where name = '${name}'`)
  )[0];

describe("two Chanceries, a witness that watches both, and each team's witness for the other", () => {
  test("every checkpoint bears the cosignatures that the policy asks for, and neither log disturbs the other", async () => {
    const [first, second] = [kept(await openStand()), kept(await openStand())],
      [common, ofFirst, ofSecond] = [
        kept(await openTestWitness()),
        kept(await openTestWitness()),
        kept(await openTestWitness()),
      ];
    const policies = [
      policyOf(
        common.line("common"),
        ofSecond.line("neighbour"),
        "group both all common neighbour",
        "quorum both",
      ),
      policyOf(
        common.line("common"),
        ofFirst.line("neighbour"),
        "group both all common neighbour",
        "quorum both",
      ),
    ] as const;
    publishWith(first, policies[0]);
    publishWith(second, policies[1]);
    // The log has a key as soon as it is opened; a witness is told of it then, and publishing goes on by itself.
    const keys = [await logKeyOf(first), await logKeyOf(second)] as const;
    for (const key of keys) common.watch(key);
    ofSecond.watch(keys[0]);
    ofFirst.watch(keys[1]);
    for (let round = 0; round < 4; round += 1) {
      await Promise.all([first.write(40), second.write(25)]);
      await Promise.all([first.published(), second.published()]);
    }
    for (const [stand, policy] of [
      [first, policies[0]],
      [second, policies[1]],
    ] as const) {
      expect(await newest(stand, policy)).toMatchObject({
        level: "witnessed",
        size: await stand.size(),
        cosigned: [{ name: "common" }, { name: "neighbour" }],
      });
      expect(await faultsOf(stand)).toEqual([]);
      expect(await witnessRow(stand, "neighbour")).toEqual({
        size: await stand.size(),
        error: null,
      });
    }
  });
});

describe("while the quorum is not met", () => {
  test("nothing is published and the state says why; when the witness is back the newest tree is published by itself", async () => {
    const stand = kept(await openStand()),
      one = kept(await openTestWitness()),
      policy = policyOf(one.line("w"), "quorum w");
    publishWith(stand, policy);
    one.watch(await logKeyOf(stand));
    await stand.write(10);
    const before = await stand.published();
    await one.stop();
    await stand.write(30);
    await until(async () => (await witnessRow(stand, "w"))?.["error"]);
    await until(async () => (await stand.size()) > before);
    expect((await newest(stand, policy)).size).toBe(before);
    await one.start();
    expect(await stand.published()).toBeGreaterThan(before);
    expect(await newest(stand, policy)).toMatchObject({
      level: "witnessed",
      size: await stand.size(),
    });
    expect(await witnessRow(stand, "w")).toEqual({ size: await stand.size(), error: null });
    expect(await faultsOf(stand)).toEqual([]);
  });
});

/** A log that a witness follows, stopped after it had published two sizes. */
async function publishedAndStopped() {
  const stand = kept(await openStand()),
    one = kept(await openTestWitness()),
    policy = policyOf(one.line("w"), "quorum w");
  publishWith(stand, policy);
  one.watch(await logKeyOf(stand));
  await stand.write(10);
  const old = await stand.published();
  await stand.write(30);
  const lost = await stand.published();
  await stand.stopAll();
  return { stand, one, policy, old, lost };
}

const haltOf = (stand: Awaited<ReturnType<typeof openStand>>): Promise<unknown> =>
  until(
    async () =>
      (await stand.house.asSuper("select halted from tlog.head where halted is not null"))[0]?.[
        "halted"
      ],
  );

describe("a database that was restored together with the signer's own memory", () => {
  test("is found out by the witness: the log stands still, and says what is missing", async () => {
    const { stand, policy, old, lost } = await publishedAndStopped();
    await goBackTo(stand, old);
    rmSync(stand.house.witnessDir, { recursive: true, force: true });
    const entries = await stand.size();
    publishWith(stand, policy);
    const head = await haltOf(stand);
    expect(head).toMatchObject({
      code: "log.smaller-than-remembered",
      rememberedSize: lost,
      message: expect.stringContaining("The witness w knows") as string,
    });
    expect((await newest(stand, policy)).size).toBe(old);
    // It is asked before anything is numbered or signed, so there is no second checkpoint of any size, not even an unpublished one.
    expect(await stand.house.asSuper("select from tlog.checkpoint where size > $1", [old])).toEqual(
      [],
    );
    expect(await stand.size()).toBe(entries);
  });

  test("is found out by the witness when that was away at the start, as soon as it is back", async () => {
    const { stand, one, policy, old, lost } = await publishedAndStopped();
    await one.stop();
    await goBackTo(stand, old);
    rmSync(stand.house.witnessDir, { recursive: true, force: true });
    publishWith(stand, policy);
    await stand.write(1);
    await until(async () => (await witnessRow(stand, "w"))?.["error"]);
    await one.start();
    const head = await haltOf(stand);
    expect(head).toMatchObject({ code: "log.smaller-than-remembered", rememberedSize: lost });
    expect((await newest(stand, policy)).size).toBe(old);
  });
});

describe("chancery witness, as a process of its own", () => {
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
        "--import",
        "tsx",
        join(root, "cli/main.ts"),
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
    const stand = kept(await openStand());
    stand.start();
    const vkey = String(
      (await until(async () => (await stand.house.asSuper("select vkey from tlog.log"))[0]))[
        "vkey"
      ],
    );
    await stand.stopAll();
    let witness = await start(folder, [vkey]);
    const first = witness,
      policy = policyOf(`witness w ${witness.vkey} ${witness.url}`, "quorum w");
    kept({ close: () => witness.close() });
    publishWith(stand, policy);
    for (let round = 0; round < 3; round += 1) {
      const writing = stand.write(200),
        before = (await newest(stand, policy)).size ?? 0;
      await until(async () => ((await newest(stand, policy)).size ?? 0) > before);
      await witness.close();
      const { size } = await newest(stand, policy);
      witness = await start(folder, [vkey], new URL(first.url).port);
      const state = (await (await fetch(witness.url)).json()) as { logs: { size: number }[] };
      expect([witness.vkey, witness.url]).toEqual([first.vkey, first.url]);
      // What was published had been cosigned, and what was cosigned is remembered.
      expect(state.logs[0]?.size).toBeGreaterThanOrEqual(size!);
      await writing;
      await stand.published();
    }
    await stand.write(5);
    await stand.published();
    expect(await newest(stand, policy)).toMatchObject({
      level: "witnessed",
      size: await stand.size(),
    });
    expect(await faultsOf(stand)).toEqual([]);
  });

  test.each([
    [["witness"]],
    [["witness", "--data", "x"]],
    [["witness", "--data", "x", "--log", "rubbish"]],
    [["witness", "--data", "x", "--log", "k", "--port", "99999"]],
    [["witness", "--frob"]],
  ])("%j is refused with how it is written, and exit code 2", async (args) => {
    const child = spawn(process.execPath, ["--import", "tsx", join(root, "cli/main.ts"), ...args], {
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

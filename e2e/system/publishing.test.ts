import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Api } from "@/e2e/support/api";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { readRunFile } from "@/lib/runtime/run-file";
import { crowding } from "@/testing/crowding";
import { faultsIn } from "@/testing/log/publish/pipeline-fixture";
import {
  type ChanceryPlace,
  makePlace,
  type ThrowawayChancery,
} from "@/testing/supervise/throwaway-chancery";
import { treeOf } from "@/testing/supervise/process-tree";
import { adminApi, startReady, until } from "./harness";

// A whole Chancery under load, whose processes are killed: what becomes of the checkpoints.
let place: ChanceryPlace, chancery: ThrowawayChancery, api: Api, client: pg.Client;
const query = async (sql: string): Promise<Record<string, unknown>[]> =>
  (await client.query<Record<string, unknown>>(sql)).rows;
const published = async () =>
  Number(
    (
      await query(
        "select coalesce(max(size), 0) as size from tlog.checkpoint where published_at is not null",
      )
    )[0]?.["size"],
  );

beforeAll(async () => {
  place = await makePlace();
  chancery = await startReady(place, join(findRepoRoot(), ".cache/system-publishing.log"));
  api = await adminApi(chancery);
  client = new pg.Client({ connectionString: readRunFile(place.dataFolder)?.databaseUrl });
  await client.connect();
}, 400_000);
afterAll(async () => {
  await client?.end();
  await chancery?.stop();
  if (place) rmSync(place.dataFolder, { recursive: true, force: true });
});

/**
 * Sends requests without a pause until `act` is done, over the API and, as another node would, straight into
 * the inbox. `act` gets a function that returns how many were answered as done.
 */
async function underLoad(act: (served: () => number) => Promise<void>): Promise<void> {
  let done = 0,
    going = true;
  const work = async (worker: number): Promise<void> => {
    for (let n = 0; going; n++) {
      const answer = await api
        .post("/identities", {
          kind: "service",
          name: `load ${worker} ${n} ${Math.random()}`,
          owner: "team@example.com",
        })
        .catch(() => null);
      if (answer?.status === 201) done += 1;
      else await pause(20);
    }
  };
  const elsewhere = async (): Promise<void> => {
    for (let n = 0; going; n++) {
      await query(
        `insert into tlog.inbox (entry) values (convert_to('{"id":"ent_elsewhere_${n}_${Math.random()}"}', 'UTF8'))`,
      );
      await pause(10);
    }
  };
  const working = [...Array.from({ length: 8 }, (_none, worker) => work(worker)), elsewhere()];
  await act(() => done);
  going = false;
  await Promise.all(working);
}

describe("checkpoints are published", () => {
  test("a checkpoint is published within a second of the action, and served without authentication", async () => {
    await api.post("/identities", { kind: "service", name: "first", owner: "team@example.com" });
    const { size } = (await query("select size from tlog.head"))[0] as { size: string };
    await until(async () => (await published()) >= Number(size));
    const note = await (await fetch(`${chancery.httpUrl}/log/checkpoint`)).text();
    expect(note).toMatch(/^localhost:\d+\/log\/[0-9a-f]{8}\n\d+\n[A-Za-z0-9+/]{43}=\n\n\u2014 /);
  });

  test.each(["gateway", "signer"])(
    "checkpoints are published again within five seconds after kill -9 of the %s under load, with no entry lost or doubled and no alarm",
    async (name) => {
      let atKill = { now: new Date(), size: "0" };
      await underLoad(async (served) => {
        await pause(1_000);
        const [victim] = treeOf(chancery.pid).filter(({ command }) =>
          command.includes(`dist/${name}.mjs`),
        );
        process.kill(victim?.pid ?? 0, "SIGKILL");
        [atKill = atKill] = (await query(
          "select clock_timestamp() as now, size from tlog.head",
        )) as (typeof atKill)[];
        // What covers more than there was can only have been signed afterwards.
        await until(async () => (await published()) > Number(atKill.size) + 20);
        await until(() => served() > 20);
      });
      const [next] = (await query(
        `select min(published_at) as at from tlog.checkpoint where size > ${atKill.size} and published_at is not null`,
      )) as { at: Date }[];
      expect((next?.at.getTime() ?? Infinity) - atKill.now.getTime()).toBeLessThan(
        5_000 * crowding(),
      );
      await until(async () => {
        const [row] = await query(
          "select size, tlog.inbox_backlog() as waiting, halted is null as sound from tlog.head",
        );
        return (
          Number(row?.["waiting"]) === 0 &&
          row?.["sound"] === true &&
          (await published()) === Number(row?.["size"])
        );
      });
      expect(await faultsIn(query)).toEqual([]);
      const created = await query(
          `select count(*)::int as n from tlog.entry, lateral (select convert_from(entry, 'UTF8')::jsonb as j) parsed
            where j ->> 'action' = 'identity.created' and j ->> 'outcome' = 'success'`,
        ),
        [rows] = await query("select count(*)::int as n from identity");
      expect(created[0]).toEqual(rows);
      await until(() =>
        fetch(`${chancery.httpUrl}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      );
      expect(await query("select generation from tlog.log")).toHaveLength(1);
    },
  );
});

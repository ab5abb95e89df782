import { fork, type ChildProcess } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { operatorActor } from "@/testing/actors";
import { bundleScript } from "@/testing/bundle-script";
import { identityCreated, identityRow, makeId } from "@/testing/log/entries";
import {
  faultsOf,
  openPublishingLog,
  until,
  withRole,
  type PublishingLog,
} from "@/testing/log/publish/pipeline-fixture";

let fixture: PublishingLog;
const children: ChildProcess[] = [];
beforeEach(async () => {
  fixture = await openPublishingLog({ connections: 90 });
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await fixture.close();
});

/**
 * 64 writers whose transactions take a while, and of which some are rolled back; tells which were
 * committed.
 */
async function writeAndChangeMinds(
  perWriter: number,
): Promise<{ committed: string[]; undone: string[]; unknown: string[] }> {
  const committed: string[] = [];
  const undone: string[] = [];
  const unknown: string[] = [];
  const write = async (writer: number): Promise<void> => {
    for (let n = 0; n < perWriter; n++) {
      const id = makeId("idn");
      const act = auditedTransaction(
        fixture.harness.deps.recorder,
        operatorActor({ requestId: `writer${writer}` }),
        async (tx) => {
          await tx.identity.create({ data: identityRow(id) });
          await pause((writer * 7 + n * 3) % 15);
          if ((writer + n) % 7 === 0) throw new Error("changed its mind");
          return { result: null, entries: [identityCreated(id, String(n))] };
        },
      );
      await act.then(
        () => committed.push(id),
        (error: unknown) =>
          (error instanceof Error && error.message === "changed its mind" ? undone : unknown).push(
            id,
          ),
      );
    }
  };
  await Promise.all(Array.from({ length: 64 }, (_none, writer) => write(writer)));
  return { committed, undone, unknown };
}

/**
 * Dense, nothing lost, nothing doubled, in the order of each writer, and a tree and checkpoints
 * that are computed from the entries again.
 */
async function expectWhole({
  committed,
  undone,
  unknown,
}: Awaited<ReturnType<typeof writeAndChangeMinds>>): Promise<void> {
  await fixture.published();
  expect(await faultsOf(fixture)).toEqual([]);
  const rows = await fixture.harness.asSuper(
    "select convert_from(entry, 'UTF8')::jsonb as e from tlog.entry where convert_from(entry, 'UTF8')::jsonb ->> 'action' = 'identity.created' order by seq",
  );
  const entries = rows.map(
    ({ e }) => e as { requestId: string; target: { id: string; label: string } },
  );
  const ids = entries.map(({ target }) => target.id);
  expect(ids.filter((id) => !unknown.includes(id)).sort()).toEqual([...committed].sort());
  expect(ids.filter((id) => undone.includes(id))).toEqual([]);
  // Whose answer was cut off may be in the log or not, but only together with its row.
  const present = (await fixture.harness.asSuper("select id from identity")).map(({ id }) =>
    String(id),
  );
  expect(present.sort()).toEqual([...ids].sort());
  const last = new Map<string, number>();
  for (const { requestId, target } of entries) {
    expect(Number(target.label), `${requestId} in its order`).toBeGreaterThan(
      last.get(requestId) ?? -1,
    );
    last.set(requestId, Number(target.label));
  }
}

const cutLeader = () =>
  fixture.harness.asSuper(
    "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())",
  );

async function startNode(): Promise<ChildProcess> {
  const { urls, kek, witnessDir, deps } = fixture.harness;
  const child = fork(
    bundleScript("testing/log/publish/run-pipeline.ts"),
    [urls.appUrl, urls.signerUrl, Buffer.from(kek).toString("base64"), witnessDir, deps.publicUrl],
    { execArgv: [] },
  );
  children.push(child);
  await new Promise((resolve) => {
    child.once("message", resolve);
  });
  return child;
}

describe("of several nodes one leads", () => {
  test("two of them and 64 writers, some of whom change their minds: dense numbers, nothing lost, nothing doubled, order kept", async () => {
    fixture.start();
    fixture.start();
    await fixture.published();
    await expectWhole(await writeAndChangeMinds(8));
    expect(fixture.errors).toEqual([]);
  });

  test("and when the leader's connection is cut again and again under load, the other goes on with the same", async () => {
    fixture.start();
    fixture.start();
    await fixture.published();
    let cuts = 0;
    let writing = true;
    const cutting = (async () => {
      while (writing) {
        await pause(250);
        cuts += (await cutLeader()).length;
      }
    })();
    const written = await writeAndChangeMinds(12);
    writing = false;
    await cutting;
    expect(cuts).toBeGreaterThan(1);
    await expectWhole(written);
  });

  test.each(["SIGKILL", "SIGSTOP"] as const)(
    "and when its process gets %s under load, another publishes soon",
    async (signal) => {
      const leader = await startNode();
      fixture.start();
      const writing = writeAndChangeMinds(6);
      await pause(150);
      leader.kill(signal);
      expect(await writing).toMatchObject({ unknown: [] });
      await expectWhole(await writing);
    },
  );

  test("and it gives up a connection that hangs, and leads again when the database answers", async () => {
    const pipeline = fixture.start();
    await fixture.published();
    const [holder] = await fixture.harness.asSuper(
      "select pid from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())",
    );
    process.kill(Number(holder?.["pid"]), "SIGSTOP");
    try {
      await until(() => !pipeline.isLeading());
    } finally {
      process.kill(Number(holder?.["pid"]), "SIGCONT");
    }
    await fixture.write(5);
    await fixture.published();
    expect(pipeline.isLeading()).toBe(true);
    expect(await faultsOf(fixture)).toEqual([]);
  });

  test("and only one: a second does not number while the first holds the lock", async () => {
    await withRole(fixture.harness.urls.appUrl, async (client) => {
      await client.query("select pg_advisory_lock(24262379564)");
      const second = fixture.start();
      await fixture.write(3);
      await pause(300);
      expect([second.isLeading(), await fixture.size()]).toEqual([false, 0]);
    });
    expect(await fixture.published()).toBeGreaterThan(3);
  });
});

describe("growth", () => {
  test("crosses partitions, which are there before they are needed, each with every guard", async () => {
    // Narrow enough for a test to fill some of them, as wide as a batch at least.
    const narrow = async (name: string, from: string, to: string): Promise<void> => {
      const [definition] = await fixture.harness.asSuper(
        "select pg_get_functiondef($1::regprocedure) as text",
        [name],
      );
      await fixture.harness.asSuper(String(definition?.["text"]).replace(from, to));
    };
    await narrow("tlog.ensure_partition(bigint)", "10000000", "6000");
    await narrow("tlog.sequence_batch(int)", "1000000", "5000");
    await fixture.harness.asSuper("drop table tlog.entry_p000000");
    await fixture.harness.asSuper("select tlog.ensure_partition(0)");
    fixture.start();
    for (let n = 0; n < 3; n++) {
      await fixture.harness.asSuper(
        "insert into tlog.inbox (entry) select convert_to('{\"id\":\"ent_' || $1::int || '_' || n || '\"}', 'UTF8') from generate_series(1, 7000) n",
        [n],
      );
      await fixture.published();
    }
    const partitions = await fixture.harness.asSuper(`select inhrelid::regclass::text as name,
      (select count(*)::int from pg_trigger t where t.tgrelid = inhrelid and t.tgname in ('no_change', 'no_truncate') and t.tgenabled = 'A') as guards
      from pg_inherits where inhparent = 'tlog.entry'::regclass order by 1`);
    expect(partitions.length).toBeGreaterThanOrEqual(5); // 21,001 entries, and one ahead
    expect(partitions.map(({ guards }) => guards)).toEqual(partitions.map(() => 2));
    expect(await faultsOf(fixture)).toEqual([]);
    expect(fixture.errors).toEqual([]);
  });

  test("of an installation that has entries from before its first checkpoint covers them all, and says how far it is", async () => {
    await fixture.harness.asSuper(
      "insert into tlog.inbox (entry) select convert_to('{\"id\":\"ent_' || n || '\"}', 'UTF8') from generate_series(1, 25000) n",
    );
    await fixture.harness.asSuper("select tlog.sequence_batch(100000)");
    fixture.start();
    // With those of the key and of the log itself.
    expect(await fixture.published()).toBe(25_002);
    expect(fixture.said.join("\n")).toMatch(/tree holds 10240 of 2500[012] entries/);
    expect(await faultsOf(fixture)).toEqual([]);
  });

  test("leaves no dead rows in the inbox", async () => {
    fixture.start();
    await fixture.harness.asSuper("alter table tlog.inbox set (autovacuum_enabled = false)");
    await fixture.harness.asSuper(
      "insert into tlog.inbox (entry) select convert_to('{\"id\":\"ent_' || n || '\"}', 'UTF8') from generate_series(1, 12000) n",
    );
    await fixture.published();
    expect(
      await until(
        async () =>
          Number(
            (
              await fixture.harness.asSuper("select pg_relation_size('tlog.inbox')::int as bytes")
            )[0]?.["bytes"],
          ) === 0,
      ),
    ).toBe(true);
  });
});

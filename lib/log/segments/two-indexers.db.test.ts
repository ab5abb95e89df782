import { afterAll, beforeAll, expect, test } from "vitest";
import { createIdentity } from "@/lib/identities/create-identity";
import { identityInput } from "@/lib/identities/schema";
import type { Queryable } from "@/lib/log/sequence/leader";
import { withClient } from "@/lib/log/sequence/leader";
import { adminActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { indexAll, makeIndexer } from "./indexer";
import { replacedMeanwhile } from "./write-segment";

let log: Harness;
beforeAll(async () => {
  log = await openHarness({ sequencer: false });
});
afterAll(() => log.close());

const arrived = async (): Promise<number> =>
  Number((await log.asSuper("select coalesce(sum(arrived), 0) as n from tlog.source"))[0]?.["n"]);

test("a process that lost its leadership can't count the numbers of sources a second time", async () => {
  const add = async (name: string): Promise<void> => {
    const input = identityInput.parse({ kind: "service", name, owner: "platform@example.com" });
    await createIdentity(log.deps, adminActor(), input);
    await log.asSuper("select tlog.sequence_batch(1000)");
  };
  await add("first");
  await indexAll(log.deps.db);
  const before = await arrived();
  await add("second");
  const rows = await log.asSuper("select size::int from tlog.head");
  await withClient(log.deps.db, async (client) => {
    let isOvertaken = false;
    // Another process indexes the same entries after this one has looked how far the index is.
    const query = async (...args: unknown[]): Promise<unknown> => {
      const [first] = args as [{ name?: string } | string];
      if (typeof first === "object" && first.name === "draft-segment" && !isOvertaken) {
        isOvertaken = true;
        await client.query("rollback");
        await indexAll(log.deps.db);
        await client.query("begin");
      }
      return (client.query as (...all: unknown[]) => Promise<unknown>)(...args);
    };
    const indexer = await makeIndexer({ query } as unknown as Queryable);
    await expect(
      (async () => {
        while (!(await indexer.step()).caughtUp);
      })(),
    ).rejects.toMatchObject({ code: replacedMeanwhile });
    expect(isOvertaken).toBe(true);
  });
  const [indexed] = await log.asSuper("select upto::int from tlog.indexed");
  expect(indexed?.["upto"]).toBe(rows[0]?.["size"]);
  expect(await arrived()).toBeGreaterThan(before);
  expect(await arrived()).toBe(rows[0]?.["size"]);
});

import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openHarness, type Harness } from "@/testing/harness";
import { runLarge } from "./large-query";

let harness: Harness;
const name = "large-test";
const text = "insert into public.large (id, bytes) values ($1, $2)";

beforeAll(async () => {
  harness = await openHarness({ sequencer: false, connections: 1 });
  await harness.asSuper("create table public.large (id text primary key, bytes bytea)");
  await harness.asSuper("grant insert, select on public.large to chancery_app");
});
afterAll(async () => {
  await harness.close();
});

const statement = (id: string, large: Buffer) => ({
  name,
  text,
  values: [id],
  large,
});
const stored = async (id: string): Promise<string> => {
  const [row] = await harness.asSuper(
    "select encode(sha256(bytes), 'hex') as digest from public.large where id = $1",
    [id],
  );
  return String(row?.["digest"]);
};
const digest = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

describe("a statement with a large parameter", () => {
  test("stores its octets as they are, of any length, on the same connection again and again", async () => {
    for (const length of [0, 1, 255, 65_536, 5_000_001]) {
      const bytes = randomBytes(length);
      await runLarge(harness.deps.db, statement(`n${length}`, bytes));
      expect(await stored(`n${length}`)).toBe(digest(bytes));
    }
  });

  test("the database's refusal arrives, and the next statement works", async () => {
    const bytes = randomBytes(100_000);
    await runLarge(harness.deps.db, statement("once", bytes));
    await expect(runLarge(harness.deps.db, statement("once", bytes))).rejects.toMatchObject({
      code: "23505",
    });
    await runLarge(harness.deps.db, statement("after", bytes));
    expect(await stored("after")).toBe(digest(bytes));
  });

  test("a connection that ends in the middle is an error, and the next statement works", async () => {
    const running = runLarge(harness.deps.db, {
      ...statement("cut", randomBytes(8_000_000)),
      name: "large-slow",
      text: "with slow as (select pg_sleep(5)) insert into public.large (id, bytes) select $1, $2 from slow",
    });
    const ended = running.then(
      () => "stored",
      (error: unknown) => String(error),
    );
    for (let count = 0; count === 0;)
      count = (
        await harness.asSuper(
          "select pg_terminate_backend(pid) from pg_stat_activity where query like '%slow as%' and wait_event = 'PgSleep'",
        )
      ).length;
    expect(await ended).toMatch(/terminat|connection/i);
    const bytes = randomBytes(10);
    await runLarge(harness.deps.db, statement("next", bytes));
    expect(await stored("next")).toBe(digest(bytes));
    expect(await stored("cut")).toBe("undefined");
  });
});

import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordEntry } from "@/lib/log/record/record-entry";
import { startLogPipeline } from "@/lib/log/publish/pipeline";
import { verifyLog } from "@/lib/log/live/verify-log";
import { system } from "@/testing/actors";
import { openHarness, type Harness } from "@/testing/harness";
import { readEntry } from "@/testing/log/entries";
import { type DemoOptions, fillDemo } from "./fill-demo";
import { historyDays } from "./calendar";

const day = 86_400_000;
let harness: Harness;
beforeAll(async () => {
  harness = await openHarness({ sequencer: false });
});
afterAll(() => harness.close());

const optionsOf = ({ urls, kek, witnessDir }: Harness): DemoOptions => ({
  databaseUrl: urls.appUrl,
  signerDatabaseUrl: urls.signerUrl,
  kek,
  deliveryKey: new Uint8Array(32).fill(7),
  witnessDir,
  password: "never used outside this test",
  publicUrl: harness.deps.publicUrl,
  host: "127.0.0.1",
  end: new Date(),
  say: () => {},
});

const count = async (sql: string): Promise<number> =>
  Number((await harness.asSuper(`select count(*)::int as n from ${sql}`))[0]?.["n"]);

describe("a database that holds something", () => {
  test("is not filled, and nothing in it changes, whether it was numbered or not", async () => {
    const used = await openHarness({ sequencer: false, template: "ca" });
    const waiting = await openHarness({ sequencer: false });
    try {
      await recordEntry(waiting.deps.recorder, system, readEntry("/one"));
      for (const one of [used, waiting]) {
        const before = (await one.entries()).length;
        await expect(fillDemo(optionsOf(one))).rejects.toThrow(/holds entries already/);
        expect(await one.entries()).toHaveLength(before);
      }
    } finally {
      await used.close();
      await waiting.close();
    }
  });
});

describe("the demonstration", () => {
  beforeAll(() => fillDemo(optionsOf(harness)), 240_000);

  test("begins with the entry that says what it is", async () => {
    const [first, second] = await harness.entries();
    expect(first).toMatchObject({ action: "demo.created", details: { days: historyDays } });
    expect(Date.parse(first?.ts ?? "")).toBeLessThan(Date.now() - (historyDays - 2) * day);
    expect(second?.action).not.toBe("demo.created");
  });

  test("has entries that are dated in the order of the log, up to now and never later", async () => {
    const times = (await harness.entries()).map(({ ts }) => Date.parse(ts));
    expect(times.length).toBeGreaterThan(3_000);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.at(-1)).toBeLessThanOrEqual(Date.now());
    expect(times.at(-1)).toBeGreaterThan(Date.now() - 600_000);
    const days = new Set(times.map((time) => Math.floor(time / day)));
    expect(days.size).toBeGreaterThanOrEqual(historyDays);
  });

  test("holds a believable fleet and what is to be seen of it", async () => {
    expect(await count("identity where kind <> 'system'")).toBeGreaterThanOrEqual(40);
    const issued = await count("certificate where state <> 'planned'");
    expect(issued).toBeGreaterThanOrEqual(150);
    expect(issued).toBeLessThanOrEqual(250);
    const valid = "certificate c where state = 'issued' and not_after > now()";
    const withSuccessor = "exists (select from certificate s where s.predecessor_id = c.id)";
    for (const days of [7, 30]) {
      const near = `${valid} and not_after < now() + interval '${days} days'`;
      expect(await count(`${near} and ${withSuccessor}`), `${days} days`).toBeGreaterThan(0);
      expect(await count(`${near} and not ${withSuccessor}`), `${days} days`).toBeGreaterThan(0);
    }
    expect(await count("certificate where revocation_reason = 'superseded'")).toBeGreaterThan(50);
    expect(await count("certificate where revocation_reason = 'keyCompromise'")).toBe(1);
    expect(await count("certificate where state = 'held'")).toBe(1);
    expect(await count("authority where status = 'pending'")).toBe(1);
    expect(await count("acme_key where revoked_at is null")).toBe(1);
    expect(await count("enrollment_secret where expires_at > now()")).toBe(1);
    expect(await count("delivery where status = 'pending'")).toBeGreaterThan(0);
  });

  test.each([
    ["revoked-used", "critical", "resolved"],
    ["refusal-burst", "medium", "resolved"],
    ["expired-used", "low", "resolved"],
    ["suspended-identity", "high", "resolved"],
    ["expired-used", "medium", "acknowledged"],
    ["expiry-near", "medium", "open"],
    ["revoked-used", "high", "open"],
    ["first-network", "medium", "open"],
  ])("has an alert of the rule %s that is %s and %s", async (rule, severity, status) => {
    const where = `rule = '${rule}' and severity = '${severity}' and status = '${status}'`;
    expect(await count(`alert where ${where}`)).toBe(1);
  });

  test("is verified without a problem once it is published, also by the nightly check", async () => {
    const errors: unknown[] = [];
    const pipeline = startLogPipeline(harness.deps, { onError: (error) => errors.push(error) });
    try {
      const published =
        "tlog.checkpoint c, tlog.head h, tlog.indexed i where c.size = h.size and c.published_at is not null and i.upto = h.size";
      while ((await count(published)) === 0) await pause(50);
    } finally {
      await pipeline.stop();
    }
    expect(errors).toEqual([]);
    const { checks, ok, size } = await verifyLog(harness.deps);
    const problems = checks.flatMap(({ name, problems: found }) =>
      found.map((problem) => `${name}: ${problem}`),
    );
    expect(problems).toEqual([]);
    expect(ok).toBe(true);
    expect(size).toBeGreaterThan(3_000);
  });

  test("is not filled a second time", async () => {
    await expect(fillDemo(optionsOf(harness))).rejects.toThrow(/holds entries already/);
  });
});

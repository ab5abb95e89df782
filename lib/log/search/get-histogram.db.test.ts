import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { EntryQuery } from "@/lib/log/schema";
import type { NewEntry } from "@/lib/log/types";
import { operatorActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { readEntry } from "@/testing/log/entries";
import { withParts } from "@/testing/recorder";
import { getEntryHistogram } from "./get-histogram";
import { searchEntries } from "./search-entries";

let log: Harness;
const auditor = operatorActor({ role: "auditor" });
const pay = { kind: "certificate", id: "crt_01pay", label: "pay.example.com" };
const issued: NewEntry = {
  action: "certificate.issued",
  outcome: "success",
  target: pay,
  details: { serial: "0a1b", fingerprintSha256: "ab".repeat(32), tbsSha256: "cd".repeat(32) },
};
const mailIssued: NewEntry = { ...issued, target: { ...pay, id: "crt_01mail" } };
const revoked: NewEntry = {
  action: "certificate.revoked",
  outcome: "success",
  target: pay,
  details: {
    reason: "keyCompromise",
    comment: "laptop lost",
    invalidityDate: null,
    revokedAt: "2026-01-05T10:00:00Z",
    raised: false,
  },
};
const refused: NewEntry = {
  action: "certificate.refused",
  outcome: "denied",
  target: null,
  details: { profile: "tls-server", identity: "payments", subject: null, findings: [] },
};
const failed: NewEntry = {
  action: "session.refused",
  outcome: "failure",
  target: null,
  details: { email: "admin@example.com" },
};

/** An entry a day, from the first of January 2026 on. */
beforeAll(async () => {
  log = await openHarness();
  const entries = [
    issued,
    mailIssued,
    readEntry("/api/v1/status", pay),
    refused,
    revoked,
    failed,
    readEntry("/", pay),
  ];
  for (const [n, entry] of entries.entries()) {
    const now = new Date(Date.UTC(2026, 0, n + 1, 10));
    const { recorder } = withParts(log.deps, { clock: { now: () => now } });
    const address = { ip: "10.1.2.3", port: 1, userAgent: "curl/8.1", via: ["https"] };
    await recordEntry(recorder, operatorActor({ address }), entry);
  }
  await log.sequence();
});
afterAll(async () => {
  await log.close();
});

describe("a histogram of the log", () => {
  const histogram = (query: EntryQuery) => getEntryHistogram(log.deps, auditor, query);
  const filled = async (query: EntryQuery) =>
    (await histogram(query)).steps.filter((step) => step.success + step.denied + step.failure > 0);
  const day = (n: number, counts: object) => ({
    from: expect.stringContaining(`2026-01-0${n}T`) as string,
    success: 0,
    denied: 0,
    failure: 0,
    ...counts,
  });

  test("counts each entry once, at its time and by its outcome", async () => {
    expect(await filled({})).toEqual([
      day(1, { success: 1 }),
      day(2, { success: 1 }),
      day(3, { success: 1 }),
      day(4, { denied: 1 }),
      day(5, { success: 1 }),
      day(6, { failure: 1 }),
      day(7, { success: 1 }),
    ]);
  });

  test("counts what its filters match, and reads only where they are asked for", async () => {
    expect(await filled({ reads: "exclude", target: "crt_01pay" })).toEqual([
      day(1, { success: 1 }),
      day(5, { success: 1 }),
    ]);
    expect(await filled({ q: "laptop", ip: "10.0.0.0/8" })).toEqual([day(5, { success: 1 })]);
    expect(await filled({ action: "session.", outcome: "failure" })).toEqual([
      day(6, { failure: 1 }),
    ]);
  });

  test("covers the times asked for without a gap, also where nothing happened", async () => {
    const { steps, stepMs } = await histogram({ from: "2026-01-03", to: "2026-01-03" });
    expect(steps[0]?.from).toBe("2026-01-03T00:00:00.000Z");
    expect(Date.parse(steps.at(-1)?.from ?? "") + stepMs).toBe(Date.parse("2026-01-04"));
    expect(steps.length).toBe(86_400_000 / stepMs);
    expect(steps.filter(({ success }) => success > 0)).toHaveLength(1);
  });

  test("is empty where nothing matches", async () => {
    expect(await histogram({ q: "nothing-at-all" })).toMatchObject({ steps: [] });
  });

  test("adds up to the count of the list", async () => {
    const { steps } = await histogram({ outcome: "success" });
    const { total } = await searchEntries(log.deps, auditor, { outcome: "success" });
    expect(steps.reduce((sum, { success }) => sum + success, 0)).toBe(total.count);
  });

  test("refuses anyone who may not read the log, and a filter that is not understood", async () => {
    await expect(getEntryHistogram(log.deps, operatorActor(), {})).rejects.toMatchObject({
      kind: "forbidden",
    });
    await expect(histogram({ ip: "nowhere" })).rejects.toMatchObject({ code: "audit.query" });
  });
});

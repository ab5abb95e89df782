import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listAlerts } from "@/lib/alerts/list-alerts";
import { getAlert } from "@/lib/alerts/get-alert";
import { listCustody } from "@/lib/custody/list-timeline";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { listDrills } from "@/lib/drills/drills";
import { exportEntries } from "@/lib/log/export/export-entries";
import { getAlarmFacts } from "@/lib/log/live/get-alarm-facts";
import { recoverPendingWork } from "@/lib/log/live/pending-work";
import { listVerifications } from "@/lib/log/live/verifications";
import { verifyLog } from "@/lib/log/live/verify-log";
import type { LogReport } from "@/lib/log/live/snapshot";
import { parseRanges } from "@/lib/log/pure/number-ranges";
import { reconcile } from "@/lib/log/reconcile/reconcile";
import { getEntry } from "@/lib/log/search/get-entry";
import { searchEntries } from "@/lib/log/search/search-entries";
import { formatEvent, tailEntries } from "@/lib/log/search/tail-entries";
import { verifyExport } from "@/lib/log/verify/verify-export";
import { getOverview } from "@/lib/overview/get-overview";
import { adminActor } from "@/testing/actors";
import { crowding } from "@/testing/crowding";
import {
  type Client,
  openTestGateway,
  type TestGateway,
  until,
} from "@/testing/gateway/test-gateway";
import { makeHostileEntries, type HostileEntry } from "@/testing/log/hostile-entries";
import { insertHostile } from "@/testing/log/insert-hostile";

/** Twenty of each kind; `npm run test:long` sets 10,000. */
const count = Number(process.env["CHANCERY_HOSTILE_ENTRIES"] ?? 460);
const actor = adminActor();
const hostile = makeHostileEntries(count, "every reader");
const unreadable = hostile.filter(({ readable }) => !readable);

let gateway: TestGateway;
let client: Client;
let size = 0;
/** The hostile entries by their numbers. */
let bySeq: ReadonlyMap<number, HostileEntry>;
let crlDelayMs = Infinity;

const isRevoked = async (): Promise<boolean> => {
  const crl = await fetch(`${gateway.httpUrl()}/crl/issuing.crl`);
  const der = Buffer.from(await crl.arrayBuffer()).toString("hex");
  return der.includes(client.certificate.serial.toLowerCase());
};
const cursors = async (): Promise<number[]> => {
  const [row] = await gateway.harness.asSuper(
    "select h.size, i.upto, c.upto as alerts, t.size as tree from tlog.head h, tlog.indexed i, custody.cursor c, tlog.tree t where c.name = 'alerts'",
  );
  return [row?.["upto"], row?.["alerts"], row?.["tree"], row?.["size"]].map(Number);
};

beforeAll(async () => {
  gateway = await openTestGateway();
  client = await gateway.issue("victim");
  const { deps } = gateway.harness;
  await insertHostile(deps.db, hostile.slice(0, count / 2));
  const revokedAt = performance.now();
  await revokeCertificate(deps, actor, client.certificate.id, {
    reason: "keyCompromise",
    comment: "among hostile entries",
  });
  const inCrl = until(isRevoked).then(() => {
    crlDelayMs = performance.now() - revokedAt;
  });
  await insertHostile(deps.db, hostile.slice(count / 2));
  await inCrl;
  await until(async () => (await gateway.harness.asSuper("select from tlog.inbox")).length === 0);
  await until(async () => {
    const [upto = 0, alerts = 0, tree = 0, all = 1] = await cursors();
    size = all;
    return upto === all && alerts === all && tree === all;
  });
  const rows = await gateway.harness.asSuper(
    "select seq, entry_id from tlog.entry where entry_id like 'ent\\_h%' order by seq",
  );
  const byId = new Map(hostile.map((entry) => [entry.id, entry]));
  bySeq = new Map(
    rows.flatMap((row) => {
      const entry = byId.get(String(row["entry_id"]));
      return entry === undefined ? [] : [[Number(row["seq"]), entry] as const];
    }),
  );
});
afterAll(() => gateway.close());

test("each hostile entry is in the log, and a revocation among them is in the CRL within 5 seconds", () => {
  expect(bySeq.size).toBe(count);
  expect(crlDelayMs).toBeLessThan(5_000 * crowding());
});

test("the gateway is ready, and its readers are at the end of the log", async () => {
  expect((await fetch(`${gateway.httpUrl()}/readyz`)).status).toBe(200);
});

describe("alerts", () => {
  test("go on, and one alert counts the entries that can't be read and names the newest of them", async () => {
    const { deps } = gateway.harness;
    const { items } = await listAlerts(deps, actor, { rule: "unreadable-entry" });
    // A check that runs every minute reports what other readers skipped, one alert for each reader.
    const ofRules = items.filter(({ subject }) => subject.kind === "log");
    expect(ofRules).toHaveLength(1);
    expect(items.filter(({ subject }) => !["log", "reader"].includes(subject.kind))).toEqual([]);
    const [alert] = ofRules;
    expect(alert?.count).toBeGreaterThanOrEqual(unreadable.length);
    const detail = await getAlert(deps, actor, alert?.id ?? "", { limit: 200 });
    expect(detail.entries.items).toHaveLength(200);
    expect(detail.alert.summary).toMatch(/^Entry \d+ can't be read: /);
    const skipped = await gateway.harness.asSuper(
      "select seq from tlog.skipped_entry where reader = 'alerts'",
    );
    const numbers = new Set(skipped.map((row) => Number(row["seq"])));
    for (const [seq, { readable, kind }] of bySeq)
      expect([kind, readable || numbers.has(seq)]).toEqual([kind, true]);
  });
});

describe("search, lists and pages", () => {
  test("walk over every entry, and count those that can't be read", async () => {
    const { deps } = gateway.harness;
    const seen: number[] = [];
    for (let cursor = ""; ;) {
      const page = await searchEntries(deps, actor, {
        order: "asc",
        reads: "include",
        limit: 200,
        cursor,
      });
      seen.push(...page.items.map(({ seq }) => seq));
      for (const item of page.items)
        expect(item.unreadable === null).toBe(bySeq.get(item.seq)?.readable ?? true);
      expect(() => JSON.stringify(page)).not.toThrow();
      expect(page.unreadable).toBeGreaterThanOrEqual(unreadable.length);
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(seen.slice(0, size)).toEqual(Array.from({ length: size }, (_none, n) => n));
  });

  test("an entry's page has the bytes of one that can't be read", async () => {
    for (const [seq, { bytes, readable, id }] of [...bySeq].slice(0, 300)) {
      const expected = readable
        ? { unreadable: null, record: { id } }
        : { record: null, bytesText: null, bytesBase64: bytes.toString("base64") };
      expect(await getEntry(gateway.harness.deps, actor, seq)).toMatchObject(expected);
    }
  });

  test("the overview, a certificate's custody, drills, verifications and alarms are there", async () => {
    const { deps } = gateway.harness;
    expect((await getOverview(deps, actor)).latest.length).toBeGreaterThan(0);
    expect((await listCustody(deps, actor, "crt_unknown")).items.length).toBeGreaterThan(0);
    await listDrills(deps, actor);
    await listVerifications(deps, actor);
    await recoverPendingWork(deps.db);
    expect((await getAlarmFacts(deps, actor)).facts.size).toBeGreaterThanOrEqual(size);
  });

  test("the live tail sends each entry once, in order", async () => {
    const stopping = new AbortController();
    const events = await tailEntries(
      gateway.harness.deps,
      actor,
      { reads: "include" },
      {
        path: null,
        lastEventId: "-1",
        isStillAuthorized: async () => true,
        signal: stopping.signal,
      },
    );
    let next = 0;
    for await (const event of events) {
      expect(formatEvent(event).split("\n\n")).toHaveLength(2);
      const expected = event.event === "entry" ? next++ : null;
      expect(event.event === "entry" ? event.entry.seq : null).toBe(expected);
      if (next >= size) break;
    }
    stopping.abort();
    expect(next).toBe(size);
  });
});

describe("an export", () => {
  const exportText = async (format: "jsonl" | "csv" | "ocsf" | "cef" | "proof", at?: number) => {
    const result = await exportEntries(
      gateway.harness.deps,
      actor,
      { reads: "include" },
      {
        format,
        checkpoint: at,
      },
    );
    const pieces: Uint8Array[] = [];
    for await (const piece of result.pieces) pieces.push(piece);
    return { text: Buffer.concat(pieces), ...result };
  };
  const once = async function* (text: Buffer) {
    yield text;
  };

  test("as JSON Lines has every entry, those that can't be read in Base64 with the reason, and folds to the checkpoint", async () => {
    const { text, count: exported } = await exportText("jsonl");
    const lines = text.toString("utf8").trimEnd().split("\n");
    expect(lines).toHaveLength(exported + 2);
    let found = 0;
    for (const line of lines) {
      const value = JSON.parse(line) as { seq?: number; unreadable?: string; bytes?: string };
      const entry = bySeq.get(value.seq ?? -1);
      if (entry === undefined || entry.readable) continue;
      found += 1;
      // An entry with another ID within can be read; an export looks at the bytes alone.
      const expected =
        entry.kind === "another ID within" ? undefined : entry.bytes.toString("base64");
      expect([entry.kind, value.bytes]).toEqual([entry.kind, expected]);
    }
    expect(found).toBe(unreadable.length);
    const report = await verifyExport(once(text));
    const byName = new Map(report.checks.map((check) => [check.name, check]));
    for (const name of ["leaf", "order", "tree", "signature", "complete"] as const)
      expect([name, byName.get(name)?.problems]).toEqual([name, []]);
    expect(byName.get("format")?.problemCount).toBeGreaterThanOrEqual(unreadable.length - 500);
  });

  test.each(["csv", "ocsf", "cef"] as const)(
    "as %s verifies against its companion",
    async (format) => {
      const { text, checkpoint } = await exportText(format);
      const proof = await exportText("proof", checkpoint ?? 0);
      const report = await verifyExport(once(text), { proof: once(proof.text) });
      const byName = new Map(report.checks.map((check) => [check.name, check]));
      for (const name of ["leaf", "tree", "signature"] as const)
        expect([name, byName.get(name)?.problems]).toEqual([name, []]);
      expect(text.toString("utf8")).toContain("base64:");
    },
  );
});

describe("the verification of the log", () => {
  let report: LogReport;
  beforeAll(async () => {
    report = await verifyLog(gateway.harness.deps);
  });
  const checkOf = (name: string) => report.checks.find((check) => check.name === name);

  test("reads to the end, and names every entry that can't be read", () => {
    const readable = checkOf("readable");
    expect(readable?.checked).toBe(report.size);
    const named = new Set<number>();
    for (const problem of readable?.problems ?? [])
      for (const [from, to] of parseRanges(/(?:read|can): ([\d,-]+)\.$/.exec(problem)?.[1] ?? "") ??
        [])
        for (let seq = from; seq <= to; seq += 1) named.add(seq);
    for (const [seq, { readable: isReadable, kind }] of bySeq)
      expect([kind, named.has(seq)]).toEqual([kind, !isReadable || named.has(seq)]);
    expect(readable?.count).toBeGreaterThanOrEqual(unreadable.length);
  });

  test("finds nothing wrong with what hostile entries can't change", () => {
    for (const name of [
      "numbers",
      "leaf",
      "tree",
      "tiles",
      "checkpoints",
      "signature",
      "index",
      "guards",
    ])
      expect([name, checkOf(name)?.problems]).toEqual([name, []]);
  });

  test("the comparison with the tables ends as well", async () => {
    expect((await reconcile(gateway.harness.deps)).checked).toBeGreaterThan(0);
  });
});

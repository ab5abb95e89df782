import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordEntry } from "../record";
import type { EntryQuery } from "../schema";
import { searchEntries } from "../search";
import { type Running, startSequencer } from "../sequencer";
import { testActor } from "../testdata/actor";
import { identityCreated, type LogDatabase, openLogDatabase, readEntry } from "../testdata/log-database";
import { openPublishedLog, type PublishedTestLog } from "../testdata/published-log";
import { exportEntries as exportWith, type ExportOptions } from "./export-entries";
import { foldExport } from "./testdata/fold-export";
import type { ExportFormat } from "./types";

let log: LogDatabase, published: PublishedTestLog, sequencer: Running;
const auditor = testActor({ id: "usr_01auditor", label: "auditor@example.com", role: "auditor" });
const sealedTo = 700;
/** Nothing publishes by itself here, so nothing is waited for. */
const exportEntries = (deps: Parameters<typeof exportWith>[0], actor: Parameters<typeof exportWith>[1], query: EntryQuery, options: ExportOptions) => exportWith(deps, actor, query, { sealWithinMs: 0, ...options });

/** 700 entries under a checkpoint, a few of them rare, and three that came later. */
beforeAll(async () => {
  log = await openLogDatabase();
  published = await openPublishedLog(log);
  const evil = testActor({ id: "usr_01evil", label: `=HYPERLINK("http://evil.example.com")`, origin: { ip: "2001:db8::7", port: 1, userAgent: "@SUM(1) a=b\\c|d", via: [] } });
  for (let n = 0; n < sealedTo; n += 1) {
    if (n === 431) await recordEntry(log.deps, evil, { ...identityCreated("+1"), reason: "\t=1\nand|more\\" });
    else await recordEntry(log.deps, testActor({ label: n % 97 === 0 ? "rare@example.com" : "bulk@example.com" }), n % 3 === 0 ? identityCreated(`idn_${n}`) : readEntry(`/${n}`));
  }
  await log.settle();
  await published.publish(sealedTo);
  for (let n = 0; n < 3; n += 1) await recordEntry(log.deps, testActor({ label: "late@example.com" }), readEntry(`/late/${n}`));
  sequencer = startSequencer(log.deps.db);
});
afterAll(async () => { await sequencer.stop(); await published.close(); await log.close(); });

const exportAs = async (query: EntryQuery, format: ExportFormat, checkpoint?: number): Promise<string> => {
  const { pieces } = await exportEntries(log.deps, auditor, query, { format, checkpoint });
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts).toString("utf8");
};
const linesOf = (text: string): string[] => { expect(text.endsWith("\n")).toBe(true); return text.slice(0, -1).split("\n"); };

const fold = (text: string, name: "export" | "proof") => foldExport(text, name, published.key);

describe("an export as JSON Lines folds to the checkpoint's root", () => {
  test.each<[string, EntryQuery]>([
    ["everything", {}], ["acts only", { reads: "exclude" }], ["reads only", { reads: "only" }], ["a rare actor", { actor: "rare@example.com" }], ["one entry in the middle", { actor: "usr_01evil" }],
    ["the first", { target: "idn_0" }], ["the last ones", { q: "late" }], ["nothing", { q: "nothing-at-all" }], ["a time long past", { to: "2001-01-01" }], ["an address", { ip: "2001:db8::/32" }], ["whatever order is asked", { order: "desc", actor: "rare@example.com" }],
  ])("with %s", async (_, query) => {
    const { items, total } = await searchEntries(log.deps, auditor, { ...query, order: "asc", limit: 200, reads: query.reads ?? "include" });
    const { header, seqs, unsealed, end } = await fold(await exportAs(query, "jsonl"), "export");
    const found = [...seqs, ...unsealed];
    expect(found.slice(0, items.length)).toEqual(items.map(({ seq }) => seq));
    expect(found).toHaveLength(total.count);
    expect(header).toMatchObject({ v: 1, log: published.origin, vkey: published.vkey, size: sealedTo, order: "asc", count: found.length, sources: [] });
    expect(end).toEqual({ count: found.length, entries: found.length });
    expect(unsealed.every((seq) => seq >= sealedTo) && seqs.every((seq) => seq < sealedTo)).toBe(true);
  });

  test("and what came after it is exported as not sealed yet, with nothing skipped among it", async () => {
    const { unsealed, skips } = await fold(await exportAs({ actor: "late@example.com" }, "jsonl"), "export");
    expect({ unsealed, skips }).toEqual({ unsealed: [700, 701, 702], skips: 1 });
  });

  test("of the size that is asked for, and holds nothing above it", async () => {
    const before = await searchEntries(log.deps, auditor, { reads: "include" });
    const { header, seqs, unsealed, end } = await fold(await exportAs({}, "jsonl", sealedTo), "export");
    expect(before.size).toBeGreaterThan(sealedTo);
    expect({ size: header.size, seqs: seqs.length, unsealed, end }).toEqual({ size: sealedTo, seqs: sealedTo, unsealed: [], end: { count: sealedTo, entries: sealedTo } });
  });

  test("and one changed byte, one entry less or one more, does not", async () => {
    const text = await exportAs({ reads: "exclude" }, "jsonl"), lines = linesOf(text);
    const at = lines.findIndex((line) => line.includes("rare@example.com"));
    const changed = [...lines];
    changed[at] = lines[at]!.replace("rare@", "fair@");
    await expect(fold(`${changed.join("\n")}\n`, "export")).rejects.toThrow("an entry with another leaf hash");
    await expect(fold(`${lines.toSpliced(at, 1).join("\n")}\n`, "export")).rejects.toThrow(/others|before|left out/);
    await expect(fold(`${lines.toSpliced(at, 0, lines[at]!).join("\n")}\n`, "export")).rejects.toThrow(/others/);
    const skip = lines.findIndex((line) => line.startsWith(`{"skip"`));
    await expect(fold(`${lines.toSpliced(skip, 1).join("\n")}\n`, "export")).rejects.toThrow(/others/);
  });
});

describe("the companion", () => {
  test("of a filter folds like the export, and holds no entry", async () => {
    const query = { reads: "exclude" } as const, text = await exportAs(query, "proof", sealedTo);
    const proof = await fold(text, "proof"), whole = await fold(await exportAs(query, "jsonl", sealedTo), "export");
    expect(proof.seqs).toEqual(whole.seqs);
    expect(proof.skips).toBe(whole.skips);
    expect(text).not.toMatch(/"entry":|example\.com"/);
  });

  test("without a size is that of the newest checkpoint, and holds what is below it", async () => {
    const { header, seqs, end } = await fold(await exportAs({ actor: "late@example.com" }, "proof"), "proof");
    expect({ size: header.size, seqs, end }).toEqual({ size: sealedTo, seqs: [], end: { count: 0, entries: 0 } });
  });

  test.each([[0], [699], [701], [10 ** 12]])("of a size that no checkpoint has (%i) is refused", async (size) => {
    for (const format of ["proof", "jsonl", "csv"] as const) await expect(exportEntries(log.deps, auditor, {}, { format, checkpoint: size })).rejects.toMatchObject({ code: "audit.no-checkpoint", kind: "not-found" });
  });
});

describe("an export in another form", () => {
  /** Reads CSV by RFC 4180. */
  const cells = (row: string): string[] => [...row.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map(([, cell = ""]) => cell.replaceAll('""', '"'));
  const leafOf = (text: string): string => createHash("sha256").update("\0").update(text).digest("hex");

  test("as CSV has the exact text of each entry in its last column, and the number, hash, log and checkpoint first", async () => {
    const [head = "", ...rows] = (await exportAs({ reads: "exclude" }, "csv")).trimEnd().split("\r\n").map(cells);
    expect([head.slice(0, 4), head.at(-1)]).toEqual([["seq", "leafHash", "log", "checkpoint"], "entry"]);
    expect(rows.length).toBeGreaterThan(230);
    for (const row of rows) {
      expect(row).toHaveLength(head.length);
      expect(leafOf(row.at(-1)!)).toBe(row[1]);
      expect(row.slice(2, 4)).toEqual([published.origin, Number(row[0]) < sealedTo ? String(sealedTo) : ""]);
    }
  });

  test("as CSV neutralises what a spreadsheet would run, wherever it came from", async () => {
    const text = await exportAs({ actor: "usr_01evil" }, "csv");
    expect(text).toContain(`"'=HYPERLINK(""http://evil.example.com"")"`);
    for (const field of ["\"'@SUM(1) a=b\\c|d\"", "\"'+1\"", "\"'\t=1\nand|more\\\""]) expect(text).toContain(field);
    expect(text).not.toMatch(/(^|,)"[=+@-]/m);
  });

  test("as OCSF has the exact text as raw_data, and what proves it unmapped", async () => {
    const lines = linesOf(await exportAs({ reads: "exclude", actor: "bulk@example.com" }, "ocsf"));
    expect(lines.length).toBeGreaterThan(200);
    for (const line of lines) {
      const { raw_data: raw, unmapped, class_uid: classUid, type_uid: typeUid, activity_id: activity } = JSON.parse(line) as { raw_data: string; unmapped: Record<string, unknown>; class_uid: number; type_uid: number; activity_id: number };
      const { seq, leaf_hash: leaf, ...rest } = unmapped;
      expect(leafOf(raw)).toBe(leaf);
      expect(rest).toEqual({ log_origin: published.origin, checkpoint_size: Number(seq) < sealedTo ? sealedTo : null });
      expect(typeUid).toBe(classUid * 100 + activity);
    }
  });

  test("as CEF has one event a line, whose rawEvent is the exact text, whatever the entry holds", async () => {
    const lines = linesOf(await exportAs({ reads: "exclude" }, "cef"));
    const evil = lines.filter((line) => line.includes(" suid=usr_01evil "));
    expect(evil).toHaveLength(1);
    for (const line of lines) {
      const header = /^CEF:0\|Chancery\|Chancery\|1\|([a-z.-]+)\|((?:[^|\\]|\\[|\\])*)\|(\d+)\|(.*)$/.exec(line);
      expect(header).not.toBeNull();
      const keys = Object.fromEntries([...header![4]!.matchAll(/(?:^| )(\w+)=((?:[^\\=]|\\[\\=nr])*?)(?= \w+=|$)/g)].map(([, key = "", value = ""]) => [key, value.replace(/\\(.)/g, (_, c: string) => ({ n: "\n", r: "\r" })[c] ?? c)]));
      expect(leafOf(keys["rawEvent"]!)).toBe(keys["cs1"]);
      expect([keys["cs2"], keys["cn2"]]).toEqual([published.origin, Number(keys["cn1"]) < sealedTo ? String(sealedTo) : undefined]);
    }
    expect(evil[0]).toContain("requestClientApplication=@SUM(1) a\\=b\\\\c|d ");
    expect(evil[0]).toContain("reason=\t\\=1\\nand|more\\\\ ");
    expect(evil[0]).toContain("c6a2=2001:db8::7 ");
  });
});

describe("an export", () => {
  test.each(["operator", "approver", "service", null] as const)("is refused to %s", async (role) => {
    await expect(exportEntries(log.deps, testActor({ role }), {}, { format: "jsonl" })).rejects.toMatchObject({ code: role === null ? "unauthenticated" : "forbidden" });
  });

  test("is itself an entry, written before its first piece, with its form, its filter and its count", async () => {
    await exportEntries(log.deps, auditor, { actor: "rare@example.com", reads: "exclude" }, { format: "cef" });
    const { items: [entry] } = await searchEntries(log.deps, auditor, { action: "audit.exported" });
    expect(entry).toMatchObject({ actor: { id: "usr_01auditor" }, details: { format: "cef", filter: "actor=rare@example.com reads=exclude", count: 3 } });
  });

  test("is refused without a record: nothing comes when it cannot be written", async () => {
    await log.as("super", "revoke insert (entry) on tlog.inbox from chancery_app");
    try {
      await expect(exportEntries(log.deps, auditor, {}, { format: "jsonl" })).rejects.toMatchObject({ code: "record.unavailable" });
    } finally {
      await log.as("super", "grant insert (entry) on tlog.inbox to chancery_app");
    }
  });

  test("names the sources of which entries never arrived", async () => {
    await log.as("super", "insert into tlog.source (id, boot, settled, first_seq, last_seen) values ('host/door', 'b', 3, 0, now())");
    const [first = ""] = linesOf(await exportAs({ q: "nothing-at-all" }, "jsonl"));
    await log.as("super", "delete from tlog.source");
    expect(JSON.parse(first)).toMatchObject({ export: { sources: [{ id: "host/door", boot: "b", missing: "1-3", count: 3 }] } });
  });

  test("that a checkpoint covers meanwhile waits for it, and exports all under it", async () => {
    const { size } = await searchEntries(log.deps, auditor, {});
    const exporting = exportWith(log.deps, auditor, {}, { format: "jsonl" });
    await published.publish(size);
    let text = "";
    for await (const piece of (await exporting).pieces) text += Buffer.from(piece).toString("utf8");
    const { header, unsealed, seqs } = await fold(text, "export");
    expect({ size: header.size, unsealed, seqs: seqs.length }).toEqual({ size, unsealed: [], seqs: size });
  });

  test("of a query that is not understood is refused", async () => {
    await expect(exportEntries(log.deps, auditor, { ip: "nowhere" }, { format: "jsonl" })).rejects.toMatchObject({ code: "audit.query" });
  });
});

describe("what somebody changed in the database", () => {
  const change = (sql: string): Promise<unknown> => log.as("super", `begin; alter table tlog.entry_p000000 disable trigger all; ${sql}; alter table tlog.entry_p000000 enable always trigger no_change; alter table tlog.entry_p000000 enable always trigger no_truncate; commit`);
  const bytesOf = async (seq: number): Promise<Buffer> => (await log.as("super", `select entry from tlog.entry where seq = ${seq}`))[0] as Buffer;
  const exportBytes = async (query: EntryQuery, format: ExportFormat): Promise<Buffer> => {
    const parts: Uint8Array[] = [];
    for await (const piece of (await exportEntries(log.deps, auditor, query, { format, checkpoint: sealedTo })).pieces) parts.push(piece);
    return Buffer.concat(parts);
  };

  test.each([["bytes that are no text", "'\\xff00fe'::bytea"], ["a line end", "'\\x0a'::bytea"], ["two line ends", "'\\x0a7b7d0a'::bytea"]])("is exported as it is, and does not fold: %s", async (_, added) => {
    const before = await bytesOf(300);
    await change(`update tlog.entry set entry = substr(entry, 1, 20) || ${added} || substr(entry, 21) where seq = 300`);
    try {
      const changed = await bytesOf(300);
      for (const query of [{}, { reads: "exclude" }] as const) {
        const file = await exportBytes(query, "jsonl");
        expect(file.includes(Buffer.concat([Buffer.from(`"checkpoint":${sealedTo},"entry":`), changed, Buffer.from("}\n")]))).toBe(true);
        await expect(foldExport(file.toString("utf8"), "export", published.key)).rejects.toThrow(/leaf hash|JSON/);
      }
    } finally {
      await change(`update tlog.entry set entry = '\\x${before.toString("hex")}'::bytea where seq = 300`);
    }
    await fold(await exportAs({}, "jsonl", sealedTo), "export");
  });

  test("is missing in the export if it is missing in the log, and neither hidden nor skipped over", async () => {
    await change("create table tlog.kept as select * from tlog.entry where seq = 300; delete from tlog.entry where seq = 300");
    try {
      for (const query of [{}, { reads: "exclude" }] as const) {
        const lines = linesOf((await exportBytes(query, "jsonl")).toString("utf8"));
        expect(lines.some((line) => line.startsWith(`{"seq":300,`))).toBe(false);
        const { end } = JSON.parse(lines.at(-1)!) as { end: { count: number; entries: number } };
        expect(end.entries).toBe(end.count - 1);
        expect(lines.filter((line) => line.startsWith(`{"skip"`)).length > 0).toBe("reads" in query);
      }
    } finally {
      await change("insert into tlog.entry select * from tlog.kept; drop table tlog.kept");
    }
    await fold(await exportAs({}, "jsonl", sealedTo), "export");
  });
});

describe("an export that is cancelled", () => {
  const running = async (): Promise<number> => Number((await log.as("super", "select count(*)::int from pg_stat_activity where datname = current_database() and usename = 'chancery_app' and state <> 'idle' and query like '%tlog.entry%'"))[0]);

  test("ends its statement on the server and frees its connection, even where it waits", async () => {
    const stopping = new AbortController();
    const { pieces } = await exportEntries(log.deps, auditor, { reads: "exclude" }, { format: "csv", signal: stopping.signal });
    const iterator = pieces[Symbol.asyncIterator]();
    // Whoever holds the search table so keeps every page waiting.
    const lock = log.as("super", "begin; lock table tlog.search in access exclusive mode; select pg_sleep(30)").catch(() => {});
    await expect.poll(async () => Number((await log.as("super", "select count(*)::int from pg_locks where relation = 'tlog.search'::regclass and mode = 'AccessExclusiveLock' and granted"))[0])).toBe(1);
    await iterator.next();
    const waiting = iterator.next();
    waiting.catch(() => {});
    await expect.poll(running).toBeGreaterThan(0);
    stopping.abort(new Error("gone"));
    await expect(waiting).rejects.toThrow("gone");
    await expect.poll(running).toBe(0);
    expect(await log.as("super", "select count(*)::int from pg_stat_activity where datname = current_database() and query like '%string_agg%' and pid <> pg_backend_pid() and state = 'active'")).toEqual([0]);
    await log.as("super", "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(30)%' and pid <> pg_backend_pid()");
    await lock;
  });

  test("before it began asks nothing", async () => {
    const stopping = new AbortController();
    const { pieces } = await exportEntries(log.deps, auditor, {}, { format: "jsonl", signal: stopping.signal });
    stopping.abort(new Error("gone"));
    const iterator = pieces[Symbol.asyncIterator]();
    await iterator.next();
    await expect(iterator.next()).rejects.toThrow("gone");
  });
});

test("without any published checkpoint everything is exported as not sealed, and there is no companion", async () => {
  const other = await openLogDatabase();
  try {
    await recordEntry(other.deps, testActor(), readEntry("/"));
    await other.settle();
    const { pieces, checkpoint, count } = await exportEntries(other.deps, auditor, {}, { format: "jsonl" });
    let text = "";
    for await (const piece of pieces) text += Buffer.from(piece).toString();
    const [header = "", entry = "", end = ""] = linesOf(text);
    expect({ checkpoint, count }).toEqual({ checkpoint: null, count: 1 });
    expect(JSON.parse(header)).toEqual({ export: { v: 1, log: null, vkey: null, checkpoint: null, size: 0, filter: "", order: "asc", count: 1, sources: [] } });
    expect(JSON.parse(entry)).toMatchObject({ seq: 0, log: null, checkpoint: null });
    expect(end).toBe(`{"end":{"count":1,"entries":1}}`);
    await expect(exportEntries(other.deps, auditor, {}, { format: "proof" })).rejects.toMatchObject({ code: "audit.no-checkpoint", kind: "unavailable" });
  } finally {
    await other.close();
  }
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { EntryQuery } from "@/lib/log/schema";
import { searchEntries } from "@/lib/log/search/search-entries";
import { operatorActor } from "@/testing/actors";
import { openHarness } from "@/testing/harness";
import { readEntry } from "@/testing/log/entries";
import { exportEntries } from "./export-entries";
import { auditor, type ExportedLog, linesOf, openExportedLog } from "@/testing/log/exported-log";
import { foldExport } from "@/testing/log/fold-export";

let log: ExportedLog;
beforeAll(async () => {
  log = await openExportedLog();
});
afterAll(() => log.close());

const fold = (text: string, name: "export" | "proof") => foldExport(text, name, log.published.key);

describe("an export as JSON Lines folds to the checkpoint's root", () => {
  test.each<[string, EntryQuery]>([
    ["everything", {}],
    ["without reads", { reads: "exclude" }],
    ["reads only", { reads: "only" }],
    ["a rare actor", { actor: "rare@example.com" }],
    ["one entry in the middle", { actor: "usr_01evil" }],
    ["the first", { target: "idn_0" }],
    ["the last ones", { q: "late" }],
    ["nothing", { q: "nothing-at-all" }],
    ["a time long past", { to: "2001-01-01" }],
    ["an address", { ip: "2001:db8::/32" }],
    ["whatever order is asked", { order: "desc", actor: "rare@example.com" }],
  ])("with %s", async (_, query) => {
    const { items, total } = await searchEntries(log.deps, auditor, {
      ...query,
      order: "asc",
      limit: 200,
      reads: query.reads ?? "include",
    });
    const { header, seqs, unsealed, end } = await fold(
      await log.exportText(query, "jsonl"),
      "export",
    );
    const found = [...seqs, ...unsealed];
    expect(found.slice(0, items.length)).toEqual(items.map(({ seq }) => seq));
    expect(found).toHaveLength(total.count);
    expect(header).toMatchObject({
      v: 1,
      log: log.published.origin,
      vkey: log.published.vkey,
      size: log.sealedTo,
      order: "asc",
      count: found.length,
      sources: [],
    });
    expect(end).toEqual({ count: found.length, entries: found.length });
    expect(
      unsealed.every((seq) => seq >= log.sealedTo) && seqs.every((seq) => seq < log.sealedTo),
    ).toBe(true);
  });

  test("and what came after it is exported as not sealed yet, with nothing skipped among it", async () => {
    const { unsealed, skips } = await fold(
      await log.exportText({ actor: "late@example.com" }, "jsonl"),
      "export",
    );
    expect({ unsealed, skips }).toEqual({ unsealed: [700, 701, 702], skips: 1 });
  });

  test("of the size that is asked for, and holds nothing above it", async () => {
    const before = await searchEntries(log.deps, auditor, { reads: "include" });
    const { header, seqs, unsealed, end } = await fold(
      await log.exportText({}, "jsonl", log.sealedTo),
      "export",
    );
    expect(before.size).toBeGreaterThan(log.sealedTo);
    expect({ size: header.size, seqs: seqs.length, unsealed, end }).toEqual({
      size: log.sealedTo,
      seqs: log.sealedTo,
      unsealed: [],
      end: { count: log.sealedTo, entries: log.sealedTo },
    });
  });

  test("and one changed byte, one entry less or one more, does not", async () => {
    const text = await log.exportText({ reads: "exclude" }, "jsonl");
    const lines = linesOf(text);
    const at = lines.findIndex((line) => line.includes("rare@example.com"));
    const changed = [...lines];
    changed[at] = lines[at]!.replace("rare@", "fair@");
    await expect(fold(`${changed.join("\n")}\n`, "export")).rejects.toThrow(
      "an entry with another leaf hash",
    );
    await expect(fold(`${lines.toSpliced(at, 1).join("\n")}\n`, "export")).rejects.toThrow(
      /others|before|left out/,
    );
    await expect(
      fold(`${lines.toSpliced(at, 0, lines[at]!).join("\n")}\n`, "export"),
    ).rejects.toThrow(/others/);
    const skip = lines.findIndex((line) => line.startsWith(`{"skip"`));
    await expect(fold(`${lines.toSpliced(skip, 1).join("\n")}\n`, "export")).rejects.toThrow(
      /others/,
    );
  });
});

describe("the companion", () => {
  test("of a filter folds like the export, and holds no entry", async () => {
    const query = { reads: "exclude" } as const;
    const text = await log.exportText(query, "proof", log.sealedTo);
    const proof = await fold(text, "proof");
    const whole = await fold(await log.exportText(query, "jsonl", log.sealedTo), "export");
    expect(proof.seqs).toEqual(whole.seqs);
    expect(proof.skips).toBe(whole.skips);
    expect(text).not.toMatch(/"entry":|example\.com"/);
  });

  test("without a size is that of the newest checkpoint, and holds what is below it", async () => {
    const { header, seqs, end } = await fold(
      await log.exportText({ actor: "late@example.com" }, "proof"),
      "proof",
    );
    expect({ size: header.size, seqs, end }).toEqual({
      size: log.sealedTo,
      seqs: [],
      end: { count: 0, entries: 0 },
    });
  });

  test.each([[0], [699], [701], [10 ** 12]])(
    "of a size that no checkpoint has (%i) is refused",
    async (size) => {
      for (const format of ["proof", "jsonl", "csv"] as const)
        await expect(log.begin({}, { format, checkpoint: size })).rejects.toMatchObject({
          code: "audit.checkpoint-not-found",
          kind: "not-found",
        });
    },
  );
});

describe("an export", () => {
  test.each(["operator", "approver", "service", null] as const)(
    "is refused to %s",
    async (role) => {
      await expect(
        exportEntries(log.deps, operatorActor({ role }), {}, { format: "jsonl" }),
      ).rejects.toMatchObject({ code: role === null ? "unauthenticated" : "forbidden" });
    },
  );

  test("is itself an entry, written before its first piece, with its form, its filter and its count", async () => {
    await log.begin({ actor: "rare@example.com", reads: "exclude" }, { format: "cef" });
    const {
      items: [entry],
    } = await searchEntries(log.deps, auditor, { action: "audit.exported" });
    expect(entry).toMatchObject({
      actor: { id: "usr_01auditor" },
      details: { format: "cef", filter: "actor=rare@example.com reads=exclude", count: 3 },
    });
  });

  test("is refused without a record: nothing comes when it cannot be written", async () => {
    await log.as("super", "revoke insert (entry) on tlog.inbox from chancery_app");
    try {
      await expect(log.begin({}, { format: "jsonl" })).rejects.toMatchObject({
        code: "record.unavailable",
      });
    } finally {
      await log.as("super", "grant insert (entry) on tlog.inbox to chancery_app");
    }
  });

  test("names the sources of which entries never arrived", async () => {
    await log.as(
      "super",
      "insert into tlog.source (id, boot, settled, first_seq, last_seen) values ('host/gateway', 'b', 3, 0, now())",
    );
    const [first = ""] = linesOf(await log.exportText({ q: "nothing-at-all" }, "jsonl"));
    await log.as("super", "delete from tlog.source");
    expect(JSON.parse(first)).toMatchObject({
      export: { sources: [{ id: "host/gateway", boot: "b", missing: "1-3", count: 3 }] },
    });
  });

  test("that a checkpoint covers meanwhile waits for it, and exports all under it", async () => {
    const { size } = await searchEntries(log.deps, auditor, {});
    const exporting = exportEntries(log.deps, auditor, {}, { format: "jsonl" });
    await log.published.publish(size);
    let text = "";
    for await (const piece of (await exporting).pieces) text += Buffer.from(piece).toString("utf8");
    const { header, unsealed, seqs } = await fold(text, "export");
    expect({ size: header.size, unsealed, seqs: seqs.length }).toEqual({
      size,
      unsealed: [],
      seqs: size,
    });
  });

  test("of a query that is not understood is refused", async () => {
    await expect(log.begin({ ip: "nowhere" }, { format: "jsonl" })).rejects.toMatchObject({
      code: "audit.query",
    });
  });
});

describe("an export that is canceled", () => {
  const running = async (): Promise<number> =>
    Number(
      (
        await log.as(
          "super",
          "select count(*)::int from pg_stat_activity where datname = current_database() and usename = 'chancery_app' and state <> 'idle' and query like '%tlog.entry%'",
        )
      )[0],
    );

  test("ends its statement on the server and frees its connection, even where it waits", async () => {
    const stopping = new AbortController();
    const { pieces } = await log.begin(
      { reads: "exclude" },
      { format: "csv", signal: stopping.signal },
    );
    const iterator = pieces[Symbol.asyncIterator]();
    // This lock on the entries keeps every page waiting.
    const lock = log
      .as("super", "begin; lock table tlog.entry in access exclusive mode; select pg_sleep(30)")
      .catch(() => {});
    await expect
      .poll(async () =>
        Number(
          (
            await log.as(
              "super",
              "select count(*)::int from pg_locks where relation = 'tlog.entry'::regclass and mode = 'AccessExclusiveLock' and granted",
            )
          )[0],
        ),
      )
      .toBe(1);
    await iterator.next();
    const waiting = iterator.next();
    waiting.catch(() => {});
    await expect.poll(running).toBeGreaterThan(0);
    stopping.abort(new Error("gone"));
    await expect(waiting).rejects.toThrow("gone");
    await expect.poll(running).toBe(0);
    expect(
      await log.as(
        "super",
        "select count(*)::int from pg_stat_activity where datname = current_database() and query like '%string_agg%' and pid <> pg_backend_pid() and state = 'active'",
      ),
    ).toEqual([0]);
    await log.as(
      "super",
      "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(30)%' and pid <> pg_backend_pid()",
    );
    await lock;
  });

  test("before it began asks nothing", async () => {
    const stopping = new AbortController();
    const { pieces } = await log.begin({}, { format: "jsonl", signal: stopping.signal });
    stopping.abort(new Error("gone"));
    const iterator = pieces[Symbol.asyncIterator]();
    await iterator.next();
    await expect(iterator.next()).rejects.toThrow("gone");
  });
});

test("without any published checkpoint everything is exported as not sealed, and there is no companion", async () => {
  const other = await openHarness({ sequencer: false, connections: 80 });
  try {
    await recordEntry(other.deps.recorder, operatorActor(), readEntry("/"));
    await other.sequence();
    const { pieces, checkpoint, count } = await exportEntries(
      other.deps,
      auditor,
      {},
      { format: "jsonl" },
    );
    let text = "";
    for await (const piece of pieces) text += Buffer.from(piece).toString();
    const [header = "", entry = "", end = ""] = linesOf(text);
    expect({ checkpoint, count }).toEqual({ checkpoint: null, count: 1 });
    expect(JSON.parse(header)).toEqual({
      export: {
        v: 1,
        log: null,
        vkey: null,
        checkpoint: null,
        size: 0,
        filter: "",
        order: "asc",
        count: 1,
        sources: [],
      },
    });
    expect(JSON.parse(entry)).toMatchObject({ seq: 0, log: null, checkpoint: null });
    expect(end).toBe(`{"end":{"count":1,"entries":1}}`);
    await expect(exportEntries(other.deps, auditor, {}, { format: "proof" })).rejects.toMatchObject(
      { code: "audit.no-checkpoint", kind: "unavailable" },
    );
  } finally {
    await other.close();
  }
});

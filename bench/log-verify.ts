import { execFileSync } from "node:child_process";
import { hash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatCheckpoint } from "@/lib/log/pure/checkpoint";
import { makeSyncCompactRange } from "@/lib/log/tree/compact-range-sync";
import { verifyExport } from "@/lib/log/verify/verify-export";
import { makeKey, makeRecord } from "@/testing/log/verify/make-export";
import { report } from "./_results";
import { printTable } from "./_tools";

// Offline verification of an export compared with a bare SHA-256 tree over the same entries: each reads
// its file in a separate process, and the
// processor time counts, because the machine is shared. The bare tree reads entries behind their
// lengths and does nothing but hash them.
const [mode, path = ""] = process.argv.slice(2),
  PIECE = 1024 * 1024,
  runs = 3;
if (mode === "verify")
  await measure(
    async () => (await verifyExport(createReadStream(path, { highWaterMark: PIECE }))).level,
  );
else if (mode === "bare") await measure(bare);
else await compare();

type Measured = Readonly<{ result: string; seconds: number; cpuSeconds: number; peakMb: number }>;

async function measure(work: () => Promise<string>): Promise<void> {
  const began = performance.now(),
    before = process.cpuUsage(),
    result = await work(),
    { user, system } = process.cpuUsage(before);
  process.stdout.write(
    JSON.stringify({
      result,
      seconds: (performance.now() - began) / 1e3,
      cpuSeconds: (user + system) / 1e6,
      peakMb: process.resourceUsage().maxRSS / 1024,
    } satisfies Measured),
  );
}

async function bare(): Promise<string> {
  const range = makeSyncCompactRange(),
    leaf = Buffer.alloc(32);
  let carried = Buffer.alloc(0);
  for await (const read of createReadStream(path, { highWaterMark: PIECE })) {
    const piece = carried.length > 0 ? Buffer.concat([carried, read as Buffer]) : (read as Buffer);
    let at = 0;
    // Each entry has two bytes of length and the 0x00 of its leaf before it.
    while (at + 2 <= piece.length && at + 2 + piece.readUInt16BE(at) <= piece.length) {
      const end = at + 2 + piece.readUInt16BE(at),
        digest = hash("sha256", piece.subarray(at + 2, end), "binary");
      for (let byte = 0; byte < 32; byte += 1) leaf[byte] = digest.charCodeAt(byte);
      range.addLeaf(leaf);
      at = end;
    }
    carried = Buffer.from(piece.subarray(at));
  }
  return Buffer.from(range.root()).toString("hex");
}

async function compare(): Promise<void> {
  const rows = [];
  for (const entries of [100_000, 1_000_000]) {
    const folder = mkdtempSync(join(tmpdir(), "chancery-bench-verify-"));
    try {
      const files = await write(folder, entries),
        bares: Measured[] = [],
        verifies: Measured[] = [];
      for (let run = 0; run < runs; run += 1) {
        bares.push(child("bare", files.bundle));
        verifies.push(child("verify", files.exported));
      }
      if (
        verifies.some(({ result }) => result !== "signed") ||
        bares.some(({ result }) => result !== files.rootHex)
      )
        throw new Error("A run did not verify.");
      const [least, mine] = [bares, verifies].map((all) =>
        all.reduce((one, other) => (other.cpuSeconds < one.cpuSeconds ? other : one)),
      ) as [Measured, Measured];
      report({
        measure: `Verifying an export offline, ${entries.toLocaleString("en")} entries`,
        value: entries / mine.cpuSeconds,
        unit: "entries per core second",
        limit: entries / least.cpuSeconds,
        limitIs: "bare SHA-256 tree",
      });
      rows.push({
        entries: entries.toLocaleString("en"),
        "file MB": statSync(files.exported).size / 1e6,
        "bare entries/s": entries / least.cpuSeconds,
        "verified entries/s": entries / mine.cpuSeconds,
        "MB/s": statSync(files.exported).size / 1e6 / mine.cpuSeconds,
        "of the bare tree": least.cpuSeconds / mine.cpuSeconds,
        "peak MB": Math.round(mine.peakMb).toString(),
        "bare peak MB": Math.round(least.peakMb).toString(),
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  printTable(rows);
}

function child(what: "bare" | "verify", file: string): Measured {
  return JSON.parse(
    execFileSync(process.execPath, ["--import", "tsx", import.meta.filename, what, file], {
      encoding: "utf8",
    }),
  ) as Measured;
}

/** An export of so many entries, and the same entries behind their lengths. */
async function write(
  folder: string,
  entries: number,
): Promise<Readonly<{ exported: string; bundle: string; rootHex: string }>> {
  const key = await makeKey("log.example.com/log/0000abcd"),
    [exported, bundle, body] = ["export.jsonl", "bundle", "body"].map((name) =>
      join(folder, name),
    ) as [string, string, string];
  const range = makeSyncCompactRange(),
    out = openSync(bundle, "w"),
    lines = openSync(body, "w"),
    middle = `","log":${JSON.stringify(key.name)},"checkpoint":${entries},"entry":`;
  for (let from = 0; from < entries; from += 1_000) {
    const parts: Buffer[] = [],
      text: string[] = [];
    for (let at = from; at < Math.min(from + 1_000, entries); at += 1) {
      const entry = makeRecord(at),
        leaf = Buffer.from(`\0${entry}`),
        hex = hash("sha256", leaf);
      range.addLeafHex(hex);
      parts.push(Buffer.of(leaf.length >> 8, leaf.length & 255), leaf);
      text.push(`{"seq":${at},"leafHash":"${hex}${middle}${entry}}\n`);
    }
    writeSync(out, Buffer.concat(parts));
    writeSync(lines, text.join(""));
  }
  const root = range.root(),
    checkpoint = formatCheckpoint({ origin: key.name, size: entries, root });
  const header = {
    v: 1,
    log: key.name,
    vkey: key.vkey,
    checkpoint: `${checkpoint}\n${await key.line(checkpoint)}`,
    size: entries,
    filter: "",
    order: "asc",
    count: entries,
    sources: [],
  };
  closeSync(out);
  closeSync(lines);
  writeFileSync(exported, `${JSON.stringify({ export: header })}\n`);
  execFileSync("sh", ["-c", `cat "$1" >> "$2" && rm "$1"`, "sh", body, exported]);
  writeFileSync(exported, `{"end":{"count":${entries},"entries":${entries}}}\n`, { flag: "a" });
  return { exported, bundle, rootHex: Buffer.from(root).toString("hex") };
}

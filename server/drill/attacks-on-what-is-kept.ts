import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportEntries } from "@/lib/log/export/export-entries";
import { verifyLog } from "@/lib/log/live/verify-log";
import { makePublishedLogCache } from "@/lib/log/publish/published-log-cache";
import { toHex, utf8 } from "@/lib/log/pure/bytes";
import { parseNote } from "@/lib/log/pure/note";
import { fullTileWidth } from "@/lib/log/pure/tile";
import { verifyExport } from "@/lib/log/verify/verify-export";
import { makeTileStore } from "@/server/log/tile-store";
import { type Attack, detectByWitness, type Detection, expectRefusal } from "./attack";
import { sqlAttack } from "./attacks-on-entries";
import { rebuildDerived } from "./attacks-on-proofs";
import { drillActor } from "./build-copies";
import { type DrillCopy, openCopy, withoutGuards } from "./drill-copy";

const replaceAStamp: Attack = {
  name: "replace-a-time-stamp",
  expected: "anchors",
  what: "The time stamp of a checkpoint is replaced with a later one of the same authority.",
  run: async (copy) => {
    const [anchor] = await copy.asSuper("select note from tlog.anchor order by size limit 1");
    const note = String(anchor?.["note"]);
    const { token, stamp } = await copy.environment.timestamps.stamp(utf8(parseNote(note).text));
    const sql = [
      `update tlog.anchor set token = '\\x${toHex(token)}', stamped_at = '${stamp.stampedAt.toISOString()}'`,
    ];
    await withoutGuards(copy, sql);
    return { sql };
  },
};

const changeAServedTile: Attack = {
  name: "change-a-served-tile",
  expected: "tile cache",
  what: "A tile is changed for a moment, until it has been asked for, so that proofs fail for as long as a cache keeps it.",
  verify: false,
  run: async (copy) => {
    const change =
      "update tlog.tile set hashes = set_byte(hashes, 0, 255 - get_byte(hashes, 0)) where level = 0 and idx = 0";
    const tiles = makeTileStore(copy.deps.db);
    const [log] = await makePublishedLogCache(copy.deps.db, () => performance.now()).logs();
    if (log === undefined) return { sql: [] };
    const ask = () => tiles.read(log, 0, 0, fullTileWidth);
    await withoutGuards(copy, [change]);
    const refused = await expectRefusal("tile cache", ask);
    await withoutGuards(copy, [change]);
    // Now the tile is the right one again, and so must be what is served.
    const [stored] = await copy.asSuper("select hashes from tlog.tile where level = 0 and idx = 0");
    const isRight = Buffer.compare(await ask(), stored?.["hashes"] as Buffer) === 0;
    return { sql: [change], caught: isRight ? refused : [] };
  },
};

/** The export with the last entry about a revocation taken out, with its hash and the counts to match. */
function withoutRevocation(text: string): string {
  const lines = text.trimEnd().split("\n");
  const at = lines.findLastIndex((line) => line.includes('"action":"token.revoked"'));
  const { seq, leafHash } = JSON.parse(lines[at] ?? "{}") as { seq: number; leafHash: string };
  const hash = Buffer.from(leafHash, "hex").toString("base64");
  lines[at] = JSON.stringify({ skip: [seq, seq + 1], hashes: [hash] });
  const lower = (line: string, name: string): string =>
    line.replace(new RegExp(`"${name}":(\\d+)`), (_all, n: string) => `"${name}":${Number(n) - 1}`);
  lines[0] = lower(lines[0] ?? "", "count");
  lines.push(lower(lower(lines.pop() ?? "", "count"), "entries"));
  return `${lines.join("\n")}\n`;
}

const shortenAnExport: Attack = {
  name: "take-a-revocation-out-of-an-export",
  expected: "export",
  what: "An export of everything is given to an auditor with a revocation left out: its hash stays, and the counts match.",
  verify: false,
  run: async (copy, { vkey }) => {
    const startedAt = performance.now();
    const actor = drillActor(copy.deps);
    const { pieces } = await exportEntries(copy.deps, actor, {}, { format: "jsonl" });
    const parts: Uint8Array[] = [];
    for await (const piece of pieces) parts.push(piece);
    const shortened = withoutRevocation(Buffer.concat(parts).toString("utf8"));
    const { checks } = await verifyExport(asFile(shortened), { vkey });
    const caught = checks.flatMap(({ problems }): Detection[] =>
      problems.map((finding) => ({
        by: "export",
        finding,
        milliseconds: performance.now() - startedAt,
      })),
    );
    return { sql: [`sed 's/^{"seq":…"token.revoked"….*/{"skip":[…]}/' export.jsonl`], caught };
  },
};

async function* asFile(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** The same database with the signer's memory in another folder, which the attack may change. */
function openWithMemory(copy: DrillCopy, change: (path: string) => void): DrillCopy {
  const folder = `${copy.environment.checkpointFolder}-attacked`;
  cpSync(copy.environment.checkpointFolder, folder, { recursive: true });
  for (const name of readdirSync(folder).filter((one) => one.endsWith(".checkpoint")))
    change(join(folder, name));
  return openCopy({ ...copy.environment, checkpointFolder: folder }, copy.name, "drill/attack");
}

const rollBackTheMemory: Attack = {
  name: "roll-back-the-signers-memory",
  expected: "witness",
  what: "The end of the log is cut off, and the signer's memory outside the database is replaced with an earlier checkpoint to match.",
  verify: false,
  run: async (copy) => {
    const [first] = await copy.asSuper(
      "select note, size::int from tlog.checkpoint where published_at is not null order by size limit 1",
    );
    const [note, size] = [String(first?.["note"]), Number(first?.["size"])];
    const sql = [
      `delete from tlog.entry where seq >= ${size}`,
      `update tlog.head set size = ${size}`,
      `delete from tlog.checkpoint where size > ${size}`,
    ];
    await withoutGuards(copy, sql);
    await rebuildDerived(copy, size);
    const attacked = openWithMemory(copy, (path) => writeFileSync(path, note));
    try {
      const report = await verifyLog(attacked.deps, { policy: copy.environment.policy });
      const remembered = report.checks.find(({ name }) => name === "remembered")?.problems ?? [];
      // The signer is deceived: only who keeps checkpoints elsewhere can tell.
      const caught = remembered.length === 0 ? await detectByWitness(copy, note, size) : [];
      return { sql, caught };
    } finally {
      await attacked.close();
    }
  },
};

const changeTheMemory: Attack = {
  name: "change-the-signers-memory",
  expected: "signature",
  what: "The signer's memory outside the database is changed to a root that it never signed.",
  verify: false,
  run: async (copy) => {
    const startedAt = performance.now();
    const root = Buffer.alloc(32, 0x5a).toString("base64");
    const attacked = openWithMemory(copy, (path) => {
      const lines = readFileSync(path, "utf8").split("\n");
      lines[2] = root;
      writeFileSync(path, lines.join("\n"));
    });
    try {
      const report = await verifyLog(attacked.deps, { policy: copy.environment.policy });
      const caught = report.checks.flatMap(({ name: by, problems: [finding] }): Detection[] =>
        (by === "signature" || by === "remembered") && finding !== undefined
          ? [{ by, finding, milliseconds: performance.now() - startedAt }]
          : [],
      );
      return { sql: [`sed -i '3s/.*/${root}/' witness/*.checkpoint`], caught };
    } finally {
      await attacked.close();
    }
  },
};

/**
 * Attacks on what is kept to be shown or compared later: time stamps, tiles in a cache, exports, and
 * the signer's memory.
 */
export const attacksOnWhatIsKept: readonly Attack[] = [
  replaceAStamp,
  sqlAttack({
    name: "delete-a-time-stamp",
    expected: "anchors",
    what: "The time stamp of a checkpoint is deleted.",
    sql: () => ["delete from tlog.anchor"],
  }),
  sqlAttack({
    name: "move-a-time-stamp",
    expected: "anchors",
    what: "The time stamp of a checkpoint is put on another checkpoint.",
    sql: () => ["update tlog.anchor set size = size - 1"],
  }),
  sqlAttack({
    name: "backdate-a-time-stamp",
    expected: "anchors",
    what: "The time of a time stamp, which pages show, is moved by a day.",
    sql: () => ["update tlog.anchor set stamped_at = stamped_at - interval '1 day'"],
  }),
  changeAServedTile,
  shortenAnExport,
  rollBackTheMemory,
  changeTheMemory,
];

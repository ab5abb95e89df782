import { toHex } from "@/lib/log/pure/bytes";
import { makeIntegrator } from "@/lib/log/publish/integrate";
import { type Attack, quote, readFacts, refusalBy, signStolen, witnessRefuses } from "./attack";
import { sqlAttack } from "./attacks-on-entries";
import { type Copy, withoutGuards } from "./place";

const LOST = 5;

/** Builds tiles, edge and index anew from what is in the table now, as whoever covers their tracks does. Returns the root. */
async function coverTracks(copy: Copy, size: number): Promise<string> {
  await withoutGuards(copy, [
    "delete from tlog.tile",
    "update tlog.tree set size = 0, edge = '{}'",
    "truncate tlog.search, tlog.span, tlog.source",
    "update tlog.indexed set upto = 0",
  ]);
  const { root } = await makeIntegrator(copy.deps.db).growTo(size);
  for (let upto = 0; upto < size;)
    upto = Number((await copy.asSuper("select tlog.index_batch(5000)::int as upto"))[0]?.["upto"]);
  return toHex(root);
}

/** Puts one checkpoint of the thief's making in the place of all others. */
const replaceCheckpoints = (size: number, rootHex: string, note: string): string[] => [
  "delete from tlog.checkpoint",
  `insert into tlog.checkpoint (generation, size, root, note, published_at) select max(generation), ${size}, '\\x${rootHex}', ${quote(note)}, now() from tlog.log`,
];

const cutTheTail: Attack = {
  name: "cut-the-tail",
  expected: "remembered",
  what: `The last ${LOST} entries are deleted, and size, tree, index and checkpoints made to fit what is left.`,
  run: async (copy, { size }) => {
    const left = size - LOST,
      sql = [
        `delete from tlog.entry where seq >= ${left}`,
        `update tlog.head set size = ${left}`,
        `delete from tlog.checkpoint where size > ${left}`,
      ];
    await withoutGuards(copy, sql);
    await coverTracks(copy, left);
    return { sql };
  },
};

const rewriteAndResign: Attack = {
  name: "rewrite-and-resign",
  expected: "remembered",
  what: "An entry is rewritten, every hash, tile and checkpoint made anew, and the newest checkpoint signed with the log's own, stolen key.",
  run: async (copy, facts) => {
    const { size, middle } = facts;
    const rewrite = [
      `update tlog.entry set entry = convert_to(replace(convert_from(entry, 'UTF8'), '"outcome":"success"', '"outcome":"denied"'), 'UTF8') where seq = ${middle}`,
      "update tlog.entry set entry = set_byte(entry, octet_length(entry) - 10, 57) where seq = " +
        String(middle),
      "update tlog.entry set leaf_hash = sha256('\\x00'::bytea || entry)",
    ];
    await withoutGuards(copy, rewrite);
    const rootHex = await coverTracks(copy, size),
      note = signStolen(copy, facts, size, rootHex),
      sign = replaceCheckpoints(size, rootHex, note);
    await withoutGuards(copy, sign);
    return { sql: [...rewrite, ...sign], caught: await witnessRefuses(copy, note, size) };
  },
};

const fork: Attack = {
  name: "fork",
  expected: "signer",
  what: "A second checkpoint of the same size with another root is asked of the signer, then signed with the stolen key, shown to the witness and put in place of the first.",
  run: async (copy, facts) => {
    const { size, origin } = facts,
      rootHex = "5a".repeat(32),
      note = signStolen(copy, facts, size, rootHex);
    const caught = [
      ...(await refusalBy("signer", () =>
        copy.deps.signer.signCheckpoint({ origin, size, rootHex, oldSize: size, proof: [] }),
      )),
      ...(await witnessRefuses(copy, note, size)),
    ];
    const sql = [
      `update tlog.checkpoint set root = '\\x${rootHex}', note = ${quote(note)} where size = ${size}`,
    ];
    await withoutGuards(copy, sql);
    return { sql, caught };
  },
};

const oldBackup: Attack = {
  name: "replay-old-backup",
  on: "older",
  expected: "restore guard",
  what: "An older backup of the whole database is put back, sound in itself.",
  run: async (copy, { origin }) => {
    const { size } = await readFacts(copy);
    return {
      sql: ["createdb --template older-backup chancery"],
      caught: await refusalBy("signer", () =>
        copy.deps.signer.signCheckpoint({
          origin,
          size,
          rootHex: "5a".repeat(32),
          oldSize: 0,
          proof: [],
        }),
      ),
    };
  },
};

/** What somebody who owns the database, and for some of them has the log's key, can do to what proves the entries. */
export const attacksOnProofs: readonly Attack[] = [
  cutTheTail,
  rewriteAndResign,
  fork,
  oldBackup,
  {
    name: "edit-the-edge",
    expected: "tiles",
    what: "One hash of the unfinished part of the tree is changed, so that proofs would fail.",
    run: async (copy) => {
      const sql = [
        "update tlog.tree set edge[1] = set_byte(edge[1], 0, 255 - get_byte(edge[1], 0)) where octet_length(edge[1]) > 0",
        "update tlog.tile set hashes = set_byte(hashes, 0, 255 - get_byte(hashes, 0)) where level = 0 and idx = 0",
      ];
      await withoutGuards(copy, sql);
      return { sql };
    },
  },
  {
    name: "forge-a-checkpoint",
    expected: "signature",
    what: "The newest checkpoint gets a signature that was made for another text.",
    run: async (copy, facts) => {
      const { note, size } = facts,
        otherSignature = signStolen(copy, facts, size, "5a".repeat(32)).split("\n\n")[1] ?? "",
        forged = `${note.split("\n\n")[0] ?? ""}\n\n${otherSignature}`;
      const sql = [`update tlog.checkpoint set note = ${quote(forged)} where size = ${size}`];
      await withoutGuards(copy, sql);
      return { sql };
    },
  },
  sqlAttack({
    name: "raise-the-checkpoint",
    what: "A checkpoint is stored as one of more entries than it was signed for.",
    expected: "checkpoints",
    sql: ({ size }) => [`update tlog.checkpoint set size = size + 1 where size = ${size}`],
  }),
  sqlAttack({
    name: "exchange-the-key",
    what: "The log's key in the database is exchanged for another.",
    expected: "signature",
    sql: () => [
      "update tlog.log set vkey = origin || '+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'",
    ],
  }),
];

import { indexAll } from "@/lib/log/segments/indexer";
import { makeIntegrator } from "@/lib/log/publish/integrator";
import { toHex } from "@/lib/log/pure/bytes";
import {
  type Attack,
  quote,
  readFacts,
  expectRefusal,
  signWithStolenKey,
  detectByWitness,
} from "./attack";
import { sqlAttack } from "./attacks-on-entries";
import { type DrillCopy, withoutGuards } from "./drill-copy";

const lostEntries = 5;

/**
 * Rebuilds tiles, edge and index from the current table, as an attacker does to cover their tracks.
 * Returns the root.
 */
export async function rebuildDerived(copy: DrillCopy, size: number): Promise<string> {
  await withoutGuards(copy, [
    "delete from tlog.tile",
    "update tlog.tree set size = 0, edge = '{}'",
    "truncate tlog.segment, tlog.page, tlog.page_fresh, tlog.source",
    "update tlog.indexed set upto = 0",
  ]);
  const { root } = await makeIntegrator(copy.deps.db).growTo(size);
  await indexAll(copy.deps.db);
  return toHex(root);
}

/** Replaces all checkpoints with one forged checkpoint. */
const replaceCheckpoints = (size: number, rootHex: string, note: string): string[] => [
  "delete from tlog.checkpoint",
  `insert into tlog.checkpoint (generation, size, root, note, published_at) select max(generation), ${size}, '\\x${rootHex}', ${quote(note)}, now() from tlog.log`,
];

const cutTheTail: Attack = {
  name: "cut-the-tail",
  expected: "remembered",
  what: `The last ${lostEntries} entries are deleted, and the size, tree, index and checkpoints are changed to match the rest.`,
  run: async (copy, { size }) => {
    const left = size - lostEntries;
    const sql = [
      `delete from tlog.entry where seq >= ${left}`,
      `update tlog.head set size = ${left}`,
      `delete from tlog.checkpoint where size > ${left}`,
    ];
    await withoutGuards(copy, sql);
    await rebuildDerived(copy, left);
    return { sql };
  },
};

const rewriteAndResign: Attack = {
  name: "rewrite-and-resign",
  expected: "remembered",
  what: "An entry is rewritten, every hash, tile and checkpoint is rebuilt, and the newest checkpoint is signed with the stolen log key.",
  run: async (copy, facts) => {
    const { size, middle } = facts;
    const rewrite = [
      `update tlog.entry set entry = convert_to(replace(convert_from(entry, 'UTF8'), '"outcome":"success"', '"outcome":"denied"'), 'UTF8') where seq = ${middle}`,
      "update tlog.entry set entry = set_byte(entry, octet_length(entry) - 10, 57) where seq = " +
        String(middle),
      "update tlog.entry set leaf_hash = sha256('\\x00'::bytea || entry)",
    ];
    await withoutGuards(copy, rewrite);
    const rootHex = await rebuildDerived(copy, size);
    const note = signWithStolenKey(copy, facts, size, rootHex);
    const sign = replaceCheckpoints(size, rootHex, note);
    await withoutGuards(copy, sign);
    return { sql: [...rewrite, ...sign], caught: await detectByWitness(copy, note, size) };
  },
};

const fork: Attack = {
  name: "fork",
  expected: "signer",
  what: "A second checkpoint of the same size with a different root is requested from the signer, then signed with the stolen log key, submitted to the witness and stored in place of the first.",
  run: async (copy, facts) => {
    const { size, origin } = facts;
    const rootHex = "5a".repeat(32);
    const note = signWithStolenKey(copy, facts, size, rootHex);
    const caught = [
      ...(await expectRefusal("signer", () =>
        copy.deps.signer.signCheckpoint({ origin, size, rootHex, oldSize: size, proof: [] }),
      )),
      ...(await detectByWitness(copy, note, size)),
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
  what: "The whole database is restored from an older, internally consistent backup.",
  run: async (copy, { origin }) => {
    const { size } = await readFacts(copy);
    return {
      sql: ["createdb --template older-backup chancery"],
      caught: await expectRefusal("signer", () =>
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

/**
 * What an attacker who controls the database, and in some attacks has the log's key, can do to the
 * tree, the checkpoints and the keys.
 */
export const attacksOnProofs: readonly Attack[] = [
  cutTheTail,
  rewriteAndResign,
  fork,
  oldBackup,
  {
    name: "edit-the-edge",
    expected: "tiles",
    what: "One hash of the incomplete part of the tree is changed, so that proofs would fail.",
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
    what: "The signature of the newest checkpoint is replaced with one made for a different text.",
    run: async (copy, facts) => {
      const { note, size } = facts;
      const otherSignature =
        signWithStolenKey(copy, facts, size, "5a".repeat(32)).split("\n\n")[1] ?? "";
      const forged = `${note.split("\n\n")[0] ?? ""}\n\n${otherSignature}`;
      const sql = [`update tlog.checkpoint set note = ${quote(forged)} where size = ${size}`];
      await withoutGuards(copy, sql);
      return { sql };
    },
  },
  sqlAttack({
    name: "raise-the-checkpoint",
    what: "A checkpoint is stored with a larger size than it was signed for.",
    expected: "checkpoints",
    sql: ({ size }) => [`update tlog.checkpoint set size = size + 1 where size = ${size}`],
  }),
  sqlAttack({
    name: "exchange-the-key",
    what: "The log's public key in the database is replaced with another.",
    expected: "signature",
    sql: () => [
      "update tlog.log set vkey = origin || '+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'",
    ],
  }),
];

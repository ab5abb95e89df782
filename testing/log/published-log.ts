import { generateKeyPairSync, sign } from "node:crypto";
import pg from "pg";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { formatCheckpoint } from "@/lib/log/pure/checkpoint";
import { formatVkey, keyIdOf, signatureLine, type NoteKey } from "@/lib/log/pure/note";
import { makeIntegrator } from "@/lib/log/publish/integrator";
import { rootAt } from "@/lib/log/tree/build-proofs";
import { makeTileReader } from "@/lib/log/tree/tile-reader";
import type { Harness } from "@/testing/harness";

/**
 * A log for a test, with its own key in this process: what it publishes goes into the tables as
 * the publisher would put it.
 */
export type PublishedTestLog = Readonly<{
  generation: number;
  origin: string;
  vkey: string;
  key: NoteKey;
  /**
   * Numbers entries until there are so many; `text` makes their bytes in SQL, of their number i.
   */
  fill: (size: number, text?: string) => Promise<void>;
  /** The signed note of a tree of that size, whatever the root. */
  signNote: (size: number, root: Uint8Array) => string;
  rootAt: (size: number) => Promise<Uint8Array>;
  /** Grows the tree, signs and publishes. Returns the note. */
  publish: (size: number, lines?: readonly string[]) => Promise<string>;
  close: () => Promise<void>;
}>;

/** Opens the first log of the database, or the next one. */
export async function openPublishedLog(
  { deps, urls }: Pick<Harness, "urls"> & { deps: Pick<Harness["deps"], "db"> },
  origin = "log.example.com/log/00000001",
): Promise<PublishedTestLog> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = new Uint8Array(publicKey.export({ format: "der", type: "spki" }).subarray(-32));
  const vkey = await formatVkey(nodeLogCrypto, origin, 1, raw);
  const keyId = await keyIdOf(nodeLogCrypto, origin, 1, raw);
  const owner = new pg.Client({ connectionString: urls.superUrl });
  await owner.connect();
  await owner.query("alter table tlog.log disable trigger needs_entry");
  const { rows } = await owner.query<{ generation: number }>(
    "insert into tlog.log (generation, origin, vkey, public_key, start_size) select coalesce(max(l.generation), 0) + 1, $1, $2, $3, case when count(l.*) = 0 then 0 else (select size from tlog.head) end from tlog.log l returning generation",
    [origin, vkey, Buffer.from(raw)],
  );
  await owner.query("alter table tlog.log enable always trigger needs_entry");
  const generation = rows[0]!.generation;
  const integrator = makeIntegrator(deps.db);
  const signNote = (size: number, root: Uint8Array): string => {
    const text = formatCheckpoint({ origin, size, root });
    return `${text}\n${signatureLine(origin, keyId, new Uint8Array(sign(null, Buffer.from(text), privateKey)))}`;
  };
  const rootOf = (size: number): Promise<Uint8Array> => rootAt(makeTileReader(deps.db), size);
  return {
    generation,
    origin,
    vkey,
    key: { name: origin, keyId, type: 1, publicKey: raw },
    signNote,
    rootAt: rootOf,
    fill: async (size, text = `'{"n":' || i || '}'`) => {
      await owner.query("select tlog.ensure_partition($1)", [size]);
      await owner.query(
        `insert into tlog.entry (seq, entry_id, leaf_hash, entry) select i, 'ent_' || i, sha256('\\x00'::bytea || e), e
         from (select i, convert_to(${text}, 'UTF8') as e from generate_series((select size from tlog.head), $1::bigint - 1) as i) as made`,
        [size],
      );
      await owner.query("update tlog.head set size = $1", [size]);
    },
    publish: async (size, lines = []) => {
      await integrator.growTo(size);
      const root = await rootOf(size);
      const note = signNote(size, root) + lines.join("");
      await deps.db.pool.query("select tlog.add_checkpoint($1, $2, $3, $4)", [
        generation,
        size,
        Buffer.from(root),
        note,
      ]);
      await deps.db.pool.query("select tlog.publish_checkpoint($1, $2, $3)", [
        generation,
        size,
        note,
      ]);
      return note;
    },
    close: () => owner.end(),
  };
}

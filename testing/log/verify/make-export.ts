import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { canonicalJson, type Json } from "@/lib/log/pure/canonical";
import { nodeLogCrypto as c } from "@/lib/log/tree/node-crypto";
import { concat, toHex } from "@/lib/log/pure/bytes";
import { formatCheckpoint } from "@/lib/log/pure/checkpoint";
import { cosignatureMessage, formatCosignature } from "@/lib/log/pure/cosignature";
import { formatVkey, keyIdOf, signatureLine } from "@/lib/log/pure/note";
import { tileWidth } from "@/lib/log/pure/tile";
import { leafHashSync, rootOfSync } from "@/lib/log/tree/hash-sync";
import { rangeHashes, type ReadTile } from "@/lib/log/tree/build-proofs";

export type TestKey = Readonly<{
  name: string;
  vkey: string;
  line: (text: string, timestamp?: number) => Promise<string>;
}>;

/** A key that signs notes (type 1) or cosigns checkpoints (type 4). */
export async function makeKey(name: string, type: 1 | 4 = 1): Promise<TestKey> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  return {
    name,
    vkey: await formatVkey(c, name, type, raw),
    line: async (text, timestamp = 1_795_000_000) =>
      signatureLine(
        name,
        await keyIdOf(c, name, type, raw),
        signatureOf(privateKey, type, text, timestamp),
      ),
  };
}

function signatureOf(key: KeyObject, type: 1 | 4, text: string, timestamp: number): Uint8Array {
  return type === 1
    ? sign(null, Buffer.from(text), key)
    : formatCosignature({
        timestamp,
        signature: sign(null, cosignatureMessage(timestamp, text), key),
      });
}

/** An entry as the log has it; `more` replaces what it says. */
export function makeRecord(at: number, more: Readonly<Record<string, Json>> = {}): string {
  return canonicalJson({
    v: 1,
    id: `ent_${String(at).padStart(26, "0")}`,
    ts: "2026-11-23T08:15:00.042000Z",
    action: "certificate.held",
    outcome: "success",
    reason: null,
    actor: { kind: "user", id: "usr_01test", label: "operator@example.com" },
    credential: null,
    target: { kind: "certificate", id: `crt_${at}`, label: `host-${at}.example.com` },
    origin: { ip: "192.0.2.7", port: 50_123, userAgent: "curl/8.1", via: ["https"] },
    requestId: `req_${at}`,
    correlationId: `req_${at}`,
    decision: null,
    details: { comment: `key ${at} may be lost — "perhaps"`, revokedAt: "2026-11-23T08:15:00Z" },
    src: { id: "host/gateway", boot: "QUJDREVGR0hJ", seq: at + 1 },
    nonce: "BwcHBwcHBwcHBwcHBwcHBw",
    ...more,
  });
}

export type TestLog = Readonly<{
  key: TestKey;
  entries: readonly string[];
  size: number;
  note: string;
  noteAt: (size: number, by?: TestKey) => Promise<string>;
  rootAt: (size: number) => Uint8Array;
  leaves: readonly Uint8Array[];
  read: ReadTile;
}>;

/** A log of these entries; the first `size` of them are under its checkpoint. */
export async function makeLog(
  entries: readonly string[],
  {
    key,
    size = entries.length,
    cosigners = [],
  }: Readonly<{ key: TestKey; size?: number; cosigners?: readonly TestKey[] }>,
): Promise<TestLog> {
  const leaves = entries.map((entry) => leafHashSync(Buffer.from(entry)));
  const rootAt = (of: number): Uint8Array => rootOfSync(leaves.slice(0, of));
  const read: ReadTile = async (level, index, of) =>
    concat(
      ...Array.from({ length: tileWidth(level, index, of) }, (_none, at) =>
        rootOfSync(
          leaves.slice((index * 256 + at) * 256 ** level, (index * 256 + at + 1) * 256 ** level),
        ),
      ),
    );
  const noteAt = async (of: number, by = key): Promise<string> => {
    const body = formatCheckpoint({ origin: by.name, size: of, root: rootAt(of) });
    return `${body}\n${await by.line(body)}${(await Promise.all(cosigners.map((one) => one.line(body)))).join("")}`;
  };
  return { key, entries, size, note: await noteAt(size), noteAt, rootAt, leaves, read };
}

/**
 * The lines of an export in JSON Lines, or of its companion, without newlines. `keep` is the
 * filter.
 */
export async function exportLines(
  { key, entries, size, note, leaves, read }: TestLog,
  {
    keep = () => true,
    filter = "",
    kind = "export",
  }: Readonly<{ keep?: (at: number) => boolean; filter?: string; kind?: "export" | "proof" }> = {},
): Promise<string[]> {
  const kept = [...entries.keys()].filter((at) => keep(at) && (kind === "export" || at < size));
  const lines: string[] = [];
  let next = 0;
  const skipTo = async (to: number): Promise<void> => {
    if (to > next)
      lines.push(
        JSON.stringify({
          skip: [next, to],
          hashes: (await rangeHashes(read, next, to, size)).map((hash) =>
            Buffer.from(hash).toString("base64"),
          ),
        }),
      );
    next = to;
  };
  for (const at of kept) {
    if (next < size) await skipTo(Math.min(at, size));
    const frame = `{"seq":${at},"leafHash":"${toHex(leaves[at]!)}"`;
    lines.push(
      kind === "proof"
        ? `${frame}}`
        : `${frame},"log":${JSON.stringify(key.name)},"checkpoint":${at < size ? size : null},"entry":${entries[at]}}`,
    );
    next = at + 1;
  }
  if (next < size) await skipTo(size);
  const header = {
    v: 1,
    log: key.name,
    vkey: key.vkey,
    checkpoint: note,
    size,
    filter,
    order: "asc",
    count: kept.length,
    sources: [],
  };
  return [
    JSON.stringify({ [kind]: header }),
    ...lines,
    JSON.stringify({ end: { count: kept.length, entries: kept.length } }),
  ];
}

export const fileOf = (lines: readonly string[]): string => `${lines.join("\n")}\n`;

/** A file as pieces of so many bytes. */
export async function* piecesOf(
  file: string | Uint8Array,
  bytes = 1_000,
): AsyncGenerator<Uint8Array> {
  const whole = Buffer.from(file as string);
  for (let at = 0; at < whole.length; at += bytes) yield whole.subarray(at, at + bytes);
}

import type { Database } from "@/lib/db/database";
import { isAppError } from "@/lib/errors/app-error";
import { factRun } from "@/lib/log/pure/search-tokens";
import { endOfLog, findNumbersIn } from "@/lib/log/segments/find-entries";
import { withSnapshot } from "@/lib/db/snapshot";
import { rowCovers, type CarriedName, type HeldNameRow } from "@/lib/pki/held-names/carried-name";
import { parseHeldName, type HeldName, type NameType } from "@/lib/pki/held-names/held-name";
import { nameKeyOf } from "@/lib/pki/held-names/name-key";
import { spanOf } from "@/lib/pki/held-names/span";
import type { LiveName } from "./live-names";
import { readEntry, type ReadEntry } from "./profile-versions";

type Row = HeldNameRow & Readonly<{ identityId: string; shareId: string | null }>;
type RecordedEntry = ReadEntry & Readonly<{ ts?: unknown }>;
type Names = Readonly<{ identityId: string; names: readonly CarriedName[] }>;

/** Each of these opens the alert names-overridden, and so do names that are given away at once. */
const sharing = ["identity.names-shared", "identity.names-upgraded"];
const shareActions: ReadonlySet<unknown> = new Set(sharing);
const actions = [...sharing, "identity.names-released", "identity.names-transferred"];

/**
 * Whether the log says that a name may go to this identity although a valid certificate of another
 * carries it: both hold it under one share, or the other gave it up after that certificate, and an
 * entry about it was committed. Whoever makes such an entry up leaves it in the log.
 */
export async function hasConsent(
  { pool }: Pick<Database, "pool">,
  { identityId, names }: Names,
  live: LiveName,
): Promise<boolean> {
  const { rows } = await pool.query<Row>(
    `select identity_id as "identityId", type, form, value, share_id as "shareId" from identity_name
      where identity_id = any($1) and state <> 'released'`,
    [[identityId, live.identityId]],
  );
  const entries = await readEntriesAbout(pool, [identityId, live.identityId]);
  const wanted = names.filter((name) => isInTheWayOf(name, live.key));
  const others = rows.filter((row) => row.identityId === live.identityId && isAt(row, live.key));
  const isShared = wanted.every((name) =>
    rows.some(
      (row) =>
        row.identityId === identityId &&
        row.shareId !== null &&
        rowCovers(row, name) &&
        others.some(({ shareId }) => shareId === row.shareId) &&
        entries.some((entry) => recordsShare(entry, identityId, row.shareId ?? "")),
    ),
  );
  return isShared || (others.length === 0 && entries.some((entry) => givesUp(entry, live)));
}

function isInTheWayOf(name: CarriedName, key: string): boolean {
  const { probes, range } = nameKeyOf(name);
  return range ? key >= range.lower && key < range.upper : probes.includes(key);
}

/** Whether a name of a certificate with this key lies on what is held. */
function isAt(row: HeldNameRow, key: string): boolean {
  if (row.type === "legacy") return key === `legacy:${row.value}`;
  const { lower, upper, upperIncluded } = spanOf(row as HeldName);
  return key >= lower && (upperIncluded ? key <= upper : key < upper);
}

/** Numbered and indexed, numbered, and committed only: the search index may be behind. */
async function readEntriesAbout(
  pool: Database["pool"],
  identityIds: readonly string[],
): Promise<readonly RecordedEntry[]> {
  const all = [
    identityIds.map((id) => factRun("target", id)),
    actions.map((action) => factRun("action", action)),
    [factRun("kind", "a")],
  ];
  const rows = await withSnapshot({ pool }, async (client) => {
    const search = { all, low: 0, high: endOfLog };
    const found = await client.query<{ entry_id: string; entry: Uint8Array }>(
      `select entry_id, entry from tlog.entry where seq = any($2::bigint[])
        union all select entry_id, entry from tlog.entry where seq >= (select upto from tlog.indexed)
        union all select entry_id, entry from tlog.inbox_about($1)`,
      [identityIds, await findNumbersIn(client, search, Infinity)],
    );
    return found.rows;
  });
  return rows
    .map((row) => readEntry(row.entry, row.entry_id))
    .filter(({ target }) => identityIds.some((id) => id === target?.id));
}

function recordsShare({ action, target, details }: ReadEntry, id: string, share: string): boolean {
  const shares = details?.["shares"];
  return (
    shareActions.has(action) &&
    target?.id === id &&
    (details?.["share"] === share || (Array.isArray(shares) && shares.includes(share)))
  );
}

/** The other identity gave the name away, with an administrator saying that it's free at once. */
function givesUp(
  { action, target, details, ts }: RecordedEntry,
  { identityId, since, key }: LiveName,
): boolean {
  const isGiven =
    (action === "identity.names-transferred" || action === "identity.names-released") &&
    details?.["onRelease"] === "free";
  const isLater = typeof ts === "string" && new Date(ts) >= since;
  if (!isGiven || !isLater || target?.id !== identityId) return false;
  const given = details?.["names"];
  return Array.isArray(given) && given.some((text) => isDescribedAt(text, key));
}

function isDescribedAt(text: unknown, key: string): boolean {
  const row = parseDescribedName(text);
  return row !== null && isAt(row, key);
}

const typesByLabel: Readonly<Record<string, NameType>> = {
  DNS: "dns",
  IP: "ip",
  URI: "uri",
  email: "email",
  CN: "cn",
};

/** `DNS:pay.example.com`, as entries name what is held; null for anything else. */
function parseDescribedName(text: unknown): HeldNameRow | null {
  const [, label = "", value = ""] = /^([A-Za-z]+):(.*)$/s.exec(String(text)) ?? [];
  const type = typesByLabel[label];
  if (type === undefined) return null;
  try {
    return parseHeldName(type, value);
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}

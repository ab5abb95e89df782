import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { listAuthorities } from "@/lib/authorities/read-authorities";
import { formatIso } from "@/lib/format/time";
import { searchEntries } from "@/lib/log/search/search-entries";
import type { EntryDetails } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { authorizeInventory } from "./record-inventory";
import type { InventoryReport, SignOff } from "./schema";
import {
  countForReport,
  digestInventory,
  listKeysInUse,
  listOwnersInUse,
  listReportRows,
} from "./report-repository";

/** A page that prints; the CSV has all. */
const maxRows = 200;
const maxOwners = 200;

/**
 * The inventory of keys and certificates for PCI DSS 4.2.1.1 and 12.3.3, with the last sign-off of
 * it. Errors: `forbidden`.
 */
export async function getInventoryReport(
  deps: Pick<Deps, "db" | "clock" | "publicUrl">,
  actor: Actor,
): Promise<InventoryReport> {
  authorizeInventory(actor, "certificates.read");
  authorize(actor, "audit.read");
  const { db, clock } = deps;
  const now = clock.now();
  const [counts, keys, owners, rows, digest, authorities] = await Promise.all([
    countForReport(db, now),
    listKeysInUse(db, now),
    listOwnersInUse(db, now, maxOwners),
    listReportRows(db, now, maxRows),
    digestInventory(db, now),
    listAuthorities(deps, actor),
  ]);
  return {
    madeAt: formatIso(now),
    counts,
    keys: keys.map((row) => ({
      ...row,
      firstExpiry: formatIso(row.firstExpiry),
      lastExpiry: formatIso(row.lastExpiry),
    })),
    owners: owners.map((row) => ({ ...row, nextExpiry: formatIso(row.nextExpiry) })),
    authorities: authorities.items.map(({ id, name, kind, status, keyAlgorithm, notAfter }) => ({
      id,
      name,
      kind,
      status,
      algorithm: keyAlgorithm,
      notAfter,
    })),
    rows: rows.map((row) => ({
      ...row,
      notAfter: formatIso(row.notAfter),
      lastUsedAt: row.lastUsedAt && formatIso(row.lastUsedAt),
    })),
    rowsLeftOut: counts.valid - rows.length,
    sha256: digest.sha256,
    signOff: await findSignOff(deps, actor, digest.sha256),
  };
}

/** The last sign-off, as the log has it. */
async function findSignOff(
  deps: Pick<Deps, "db">,
  actor: Actor,
  sha256: string,
): Promise<SignOff | null> {
  const { items } = await searchEntries(deps, actor, { action: "inventory.signed-off", limit: 1 });
  const [entry] = items;
  if (entry === undefined) return null;
  const details = entry.details as EntryDetails["inventory.signed-off"];
  return {
    at: entry.ts,
    by: entry.actor.label,
    seq: entry.seq,
    comment: details.comment,
    count: details.count,
    same: details.sha256 === sha256,
  };
}

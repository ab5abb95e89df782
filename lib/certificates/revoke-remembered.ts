import { systemActor } from "@/lib/access/actor";
import { newId } from "@/lib/format/ids";
import { auditedTransaction, type AuditedTx } from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import { formatSerial } from "@/lib/pki/serial";
import type { RevokedEntry } from "@/lib/pki/types";
import type { Deps } from "@/lib/runtime/deps";
import { certificateTarget } from "./certificate-dto";
import {
  blockKey,
  findBySerials,
  markRevoked,
  raiseReason,
  type SerialRow,
} from "./certificate-repository";

const batchSize = 200;
const comment =
  "Revoked again: the signer remembers this revocation, and the database had lost it.";
const holdComment = "Put on hold again: the signer remembers this hold, and the database lost it.";

export type RestoredRevocations = Readonly<{
  /** Certificates that are revoked or on hold again. */
  restored: number;
  /** Serial numbers that stay on the CRL and that the database has no certificate for. */
  unknown: number;
}>;

/**
 * Revokes in the database again what only the signer remembers as revoked, with the date and reason
 * of the CRL: after a restore from an older backup, or when someone changed the rows. Each is an
 * entry that says where it comes from. Repeating it changes nothing. Errors: `record.unavailable`.
 */
export async function revokeRemembered(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  authorityId: string,
  remembered: readonly RevokedEntry[],
): Promise<RestoredRevocations> {
  const actor = systemActor("crl", newId("req", deps.clock.now(), deps.random.bytes));
  let restored = 0;
  let unknown = 0;
  for (let at = 0; at < remembered.length; at += batchSize) {
    const batch = remembered.slice(at, at + batchSize);
    const rows = await findBySerials(
      deps.db,
      authorityId,
      batch.map(({ serial }) => serial),
    );
    const bySerial = new Map(rows.map((row) => [formatSerial(row.serial), row]));
    unknown += batch.length - rows.length;
    await auditedTransaction(deps.recorder, actor, async (tx) => {
      const entries: NewEntry[] = [];
      for (const one of batch) {
        const row = bySerial.get(formatSerial(one.serial));
        const entry = row && (await restore(tx, row, one));
        if (entry) entries.push(entry);
      }
      restored += entries.length;
      const [first, ...rest] = entries;
      return first ? { result: null, entries: [first, ...rest] } : null;
    });
  }
  return { restored, unknown };
}

/** Null if the row says already what the CRL states, or more. */
async function restore(
  tx: AuditedTx,
  row: SerialRow,
  { reason, revokedAt, invalidityDate }: RevokedEntry,
): Promise<NewEntry | null> {
  const target = certificateTarget(row);
  const isHold = reason === "certificateHold";
  const text = isHold ? holdComment : comment;
  const isRaised = row.state === "revoked" && reason === "keyCompromise";
  const isChanged = isRaised
    ? await raiseReason(tx, row.id, text, invalidityDate)
    : await markRevoked(tx, row.id, { reason, comment: text, invalidityDate, at: revokedAt });
  if (!isChanged) return null;
  if (reason === "keyCompromise") await blockKey(tx, row.spkiSha256);
  const since = (row.revokedAt ?? revokedAt).toISOString();
  if (isHold)
    return {
      action: "certificate.held",
      outcome: "success",
      target,
      details: { comment: text, revokedAt: since, remembered: true },
    };
  return {
    action: "certificate.revoked",
    outcome: "success",
    target,
    details: {
      reason,
      comment: text,
      invalidityDate: (invalidityDate ?? row.invalidityDate)?.toISOString() ?? null,
      revokedAt: since,
      raised: isRaised,
      remembered: true,
    },
  };
}

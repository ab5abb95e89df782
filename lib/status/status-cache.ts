import { latin1Of } from "@/lib/status/latin1";
import type { CertificateStatus, StatusKey, StatusRow } from "@/lib/status/types";

/** A status as it was read. Whoever keeps something made from it must look at `stale` before using it again. */
export type StatusRecord = { readonly status: CertificateStatus; stale: boolean };

export type StatusCache = Readonly<{
  get: (issuerId: string, serial: Uint8Array) => StatusRecord | Promise<StatusRecord>;
  /** Called for every certificate whose status changed, as the log tells it. */
  drop: (certificateId: string) => void;
  dropAll: () => void;
  /** False while the log cannot be heard: then every answer is read anew and nothing is kept. */
  setTrusted: (trusted: boolean) => void;
  trusted: () => boolean;
  size: () => number;
}>;

type Kept = StatusRecord & { readonly certificateId: string };

const unknown: CertificateStatus = { state: "unknown" };

/** The status that a row means. Only a certificate that was issued can be good. */
export function statusOfRow(row: StatusRow | null): CertificateStatus {
  if (row?.state === "issued") return { state: "good" };
  if ((row?.state === "revoked" || row?.state === "held") && row.revokedAt !== null) {
    return {
      state: "revoked",
      at: row.revokedAt,
      reason: row.state === "held" ? "certificateHold" : (row.reason ?? "unspecified"),
    };
  }
  return unknown;
}

/**
 * Keeps up to `capacity` statuses of issued certificates, first in, first out. Unknown serials are never kept: anybody can name a
 * million of them, and one that is issued a moment later must be good at once.
 */
export function makeStatusCache(
  read: (key: StatusKey) => Promise<StatusRow | null>,
  capacity: number,
): StatusCache {
  const bySerial = new Map<string, Kept>();
  const keyOf = new Map<string, string>();
  let trusted = false,
    changes = 0;

  const forget = (key: string, kept: Kept): void => {
    kept.stale = true;
    bySerial.delete(key);
    keyOf.delete(kept.certificateId);
  };
  const keep = (key: string, kept: Kept): void => {
    const oldest = bySerial.size < capacity ? undefined : bySerial.entries().next().value;
    if (oldest !== undefined) forget(oldest[0], oldest[1]);
    bySerial.set(key, kept);
    keyOf.set(kept.certificateId, key);
  };
  const fetch = async (
    key: string,
    issuerId: string,
    serial: Uint8Array,
  ): Promise<StatusRecord> => {
    const before = changes;
    const row = await read({ issuerId, serial });
    const status = statusOfRow(row);
    // A change that was heard while the read ran may or may not be in its answer: use it once, keep nothing.
    if (row === null || status.state === "unknown" || !trusted || before !== changes)
      return { status, stale: true };
    // Two reads of one serial share one record, or a later drop would reach only one of them.
    const other = bySerial.get(key);
    if (other !== undefined) return other;
    const kept: Kept = { status, stale: false, certificateId: row.certificateId };
    keep(key, kept);
    return kept;
  };
  const dropAll = (): void => {
    changes += 1;
    for (const [key, kept] of bySerial) forget(key, kept);
  };
  return {
    get: (issuerId, serial) => {
      const key = issuerId + latin1Of(serial);
      return (trusted ? bySerial.get(key) : undefined) ?? fetch(key, issuerId, serial);
    },
    drop: (certificateId) => {
      changes += 1;
      const key = keyOf.get(certificateId),
        kept = key === undefined ? undefined : bySerial.get(key);
      if (key !== undefined && kept !== undefined) forget(key, kept);
    },
    dropAll,
    setTrusted: (now) => {
      if (!now && trusted) dropAll();
      trusted = now;
    },
    trusted: () => trusted,
    size: () => bySerial.size,
  };
}

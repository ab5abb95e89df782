import { latin1 } from "@/lib/pki/latin1";
import type { CertificateStatus, StatusKey, StatusRow } from "./types";

/** A status as it was read. Anything cached that was made from it must check `stale` before reuse. */
export type StatusRecord = { readonly status: CertificateStatus; stale: boolean };

export type StatusCache = Readonly<{
  get: (issuerId: string, serial: Uint8Array) => StatusRecord | Promise<StatusRecord>;
  /** To be called for each certificate whose status changed, as the log reports it. */
  invalidate: (certificateId: string) => void;
  invalidateAll: () => void;
  /** False while changes in the log are not received: nothing is cached then. */
  setTrusted: (trusted: boolean) => void;
  trusted: () => boolean;
  size: () => number;
}>;

type CachedStatus = StatusRecord & { readonly certificateId: string };

const unknown: CertificateStatus = { state: "unknown" };

/** The status that a row means. Only a certificate that was issued can be good; a plan can be revoked. */
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
 * Caches up to `capacity` statuses of issued certificates, first in, first out. Unknown serial
 * numbers are never cached: a client could ask for millions of them, and one that is issued a moment
 * later must be good at once.
 */
export function makeStatusCache(
  read: (key: StatusKey) => Promise<StatusRow | null>,
  capacity: number,
): StatusCache {
  const bySerial = new Map<string, CachedStatus>();
  const keyOf = new Map<string, string>();
  let trusted = false;
  let changes = 0;

  const evict = (key: string, cached: CachedStatus): void => {
    cached.stale = true;
    bySerial.delete(key);
    keyOf.delete(cached.certificateId);
  };
  const store = (key: string, cached: CachedStatus): void => {
    const oldest = bySerial.size < capacity ? undefined : bySerial.entries().next().value;
    if (oldest !== undefined) evict(oldest[0], oldest[1]);
    bySerial.set(key, cached);
    keyOf.set(cached.certificateId, key);
  };
  const fetch = async (
    key: string,
    issuerId: string,
    serial: Uint8Array,
  ): Promise<StatusRecord> => {
    const before = changes;
    const row = await read({ issuerId, serial });
    const status = statusOfRow(row);
    // A change that arrived during the read may or may not be in its result: use it once, and don't
    // cache it.
    // A row without a certificate is what a CRL states: no change of a certificate would invalidate it.
    const isCacheable = row !== null && row.certificateId !== "" && status.state !== "unknown";
    if (!isCacheable || !trusted || before !== changes) return { status, stale: true };
    // Two reads of one serial number share one record, so that an invalidation reaches both.
    const other = bySerial.get(key);
    if (other !== undefined) return other;
    const cached: CachedStatus = { status, stale: false, certificateId: row.certificateId };
    store(key, cached);
    return cached;
  };
  const invalidateAll = (): void => {
    changes += 1;
    for (const [key, cached] of bySerial) evict(key, cached);
  };
  return {
    get: (issuerId, serial) => {
      const key = issuerId + latin1(serial);
      return (trusted ? bySerial.get(key) : undefined) ?? fetch(key, issuerId, serial);
    },
    invalidate: (certificateId) => {
      changes += 1;
      const key = keyOf.get(certificateId);
      const cached = key === undefined ? undefined : bySerial.get(key);
      if (key !== undefined && cached !== undefined) evict(key, cached);
    },
    invalidateAll,
    setTrusted: (isTrusted) => {
      if (!isTrusted && trusted) invalidateAll();
      trusted = isTrusted;
    },
    trusted: () => trusted,
    size: () => bySerial.size,
  };
}

import { AppError } from "@/lib/errors/app-error";
import { formatSerial, parseSerial } from "@/lib/pki/serial";
import type { RevocationReason } from "@/lib/pki/types";
import type { Deps } from "@/lib/runtime/deps";
import {
  makeStatusRowReader,
  readDatabaseSize,
  readLogSize,
  countByState,
  findServedAuthorities,
} from "./status-repository";
import type { LogSize, StatusRow, StatusKey } from "./types";

export type StatusDto = Readonly<{
  authority: string;
  serial: string;
  /** unknown: no certificate with this serial was ever issued by this authority. */
  status: "valid" | "expired" | "held" | "revoked" | "unknown";
  notAfter: string | null;
  revokedAt: string | null;
  reason: RevocationReason | null;
  checkedAt: string;
}>;

/**
 * The current status of one certificate, for clients without OCSP. Public, as OCSP is, and read from
 * the database. `serial` is hexadecimal, as people copy it (see `parseSerial`). Errors: `authority.not-found`,
 * `serial.invalid`.
 */
export async function getStatus(
  deps: Pick<Deps, "db" | "clock">,
  input: Readonly<{ authority: string; serial: string }>,
): Promise<StatusDto> {
  const authority = (await findServedAuthorities(deps.db)).find(
    (row) => row.slug === input.authority || row.id === input.authority,
  );
  if (authority === undefined) throw new AppError("authority.not-found", "CA not found.");
  const bytes = parseSerial(input.serial);
  const row = await makeStatusRowReader(deps.db)({
    issuerId: authority.id,
    serial: Buffer.from(bytes),
  });
  return statusDto(row, authority.slug, formatSerial(bytes), deps.clock.now());
}

function statusDto(row: StatusRow | null, authority: string, serial: string, now: Date): StatusDto {
  const status = stateOf(row, now);
  const isRevoked = status === "revoked" || status === "held";
  return {
    authority,
    serial,
    status,
    notAfter: row === null || status === "unknown" ? null : row.notAfter.toISOString(),
    revokedAt: isRevoked ? (row?.revokedAt?.toISOString() ?? null) : null,
    reason:
      status === "held" ? "certificateHold" : isRevoked ? (row?.reason ?? "unspecified") : null,
    checkedAt: now.toISOString(),
  };
}

function stateOf(row: StatusRow | null, now: Date): StatusDto["status"] {
  if (row?.state === "held" || row?.state === "revoked") return row.state;
  if (row?.state !== "issued") return "unknown";
  return row.notAfter < now ? "expired" : "valid";
}

/** How far the log and its search index are. */
export async function getLogSize(deps: Pick<Deps, "db">): Promise<LogSize> {
  return readLogSize(deps.db);
}

/** The size of the database in bytes. */
export async function getDatabaseSize(deps: Pick<Deps, "db">): Promise<number> {
  return readDatabaseSize(deps.db);
}

const countTtlMs = 60_000;

/** Counts certificates by state for metrics, at most once a minute. */
export function makeStateCounter(
  deps: Pick<Deps, "db" | "clock">,
): () => Promise<readonly Readonly<{ state: string; count: number }>[]> {
  let at = -Infinity;
  let last: ReturnType<typeof countByState> | null = null;
  return () => {
    const now = deps.clock.now().getTime();
    if (last === null || now - at > countTtlMs) {
      at = now;
      last = countByState(deps.db);
      last.catch(() => {
        last = null;
      });
    }
    return last;
  };
}

/** Reads the row of a serial number; concurrent reads share one query. */
export function makeStatusReader(
  deps: Pick<Deps, "db">,
): (key: StatusKey) => Promise<StatusRow | null> {
  return makeStatusRowReader(deps.db);
}

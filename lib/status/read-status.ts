import { AppError } from "@/lib/errors/app-error";
import type { RevocationReason } from "@/lib/pki/types";
import type { Deps } from "@/lib/runtime/deps";
import {
  makeStatusRowReader,
  readLogSize,
  countByState,
  findServedAuthorities,
} from "./status-repository";
import type { StatusRow, StatusKey } from "./types";

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
 * the database. `serial` is hexadecimal, with or without colons. Errors: `authority.not-found`,
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
  const serial = input.serial.replaceAll(":", "").toLowerCase();
  if (!/^[0-9a-f]{2,40}$/.test(serial) || serial.length % 2 === 1) {
    throw new AppError(
      "serial.invalid",
      "Enter the serial number in hexadecimal, two digits per byte, at most 20 bytes.",
      {
        findings: [
          {
            code: "serial.invalid",
            message: "This is not a hexadecimal serial number.",
            path: "serial",
          },
        ],
      },
    );
  }
  const row = await makeStatusRowReader(deps.db)({
    issuerId: authority.id,
    serial: Buffer.from(serial, "hex"),
  });
  return statusDto(row, authority.slug, serial, deps.clock.now());
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

/** How many entries the log has, and how many of them are in the search index. */
export async function getLogSize(
  deps: Pick<Deps, "db">,
): Promise<Readonly<{ size: number; indexed: number }>> {
  return readLogSize(deps.db);
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

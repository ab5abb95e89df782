import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import type { RevocationReason } from "@/lib/pki/types";
import { findServedAuthorities } from "@/lib/status/authority-repository";
import { makeStatusReader } from "@/lib/status/status-repository";
import type { StatusRow } from "@/lib/status/types";

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
 * The status of one certificate in plain words, for those who cannot speak OCSP; open to all, as OCSP is, and read from the database at
 * this moment. `serial` is hexadecimal, colons allowed. Errors: `authority.not-found`, `serial.invalid`.
 */
export async function getStatus(
  deps: Pick<Deps, "db" | "clock">,
  input: Readonly<{ authority: string; serial: string }>,
): Promise<StatusDto> {
  const authority = (await findServedAuthorities(deps.db)).find(
    (row) => row.slug === input.authority || row.id === input.authority,
  );
  if (authority === undefined)
    throw new AppError("authority.not-found", "There is no such authority.", { kind: "not-found" });
  const serial = input.serial.replaceAll(":", "").toLowerCase();
  if (!/^[0-9a-f]{2,40}$/.test(serial) || serial.length % 2 === 1) {
    throw new AppError(
      "serial.invalid",
      "A serial is written in hexadecimal, two digits a byte, at most 20 bytes.",
      {
        findings: [
          { code: "serial.invalid", message: "Not a hexadecimal serial.", path: "serial" },
        ],
      },
    );
  }
  const row = await makeStatusReader(deps.db)({
    issuerId: authority.id,
    serial: Buffer.from(serial, "hex"),
  });
  return describe(row, authority.slug, serial, deps.clock.now());
}

function describe(row: StatusRow | null, authority: string, serial: string, now: Date): StatusDto {
  const status = stateOf(row, now),
    revoked = status === "revoked" || status === "held";
  return {
    authority,
    serial,
    status,
    notAfter: row === null || status === "unknown" ? null : row.notAfter.toISOString(),
    revokedAt: revoked ? (row?.revokedAt?.toISOString() ?? null) : null,
    reason: status === "held" ? "certificateHold" : revoked ? (row?.reason ?? "unspecified") : null,
    checkedAt: now.toISOString(),
  };
}

function stateOf(row: StatusRow | null, now: Date): StatusDto["status"] {
  if (row?.state === "held" || row?.state === "revoked") return row.state;
  if (row?.state !== "issued") return "unknown";
  return row.notAfter < now ? "expired" : "valid";
}

import { AppError } from "@/lib/errors/app-error";
import { permissionStatus } from "./permission-dto";
import type { PermissionRow } from "./permission-repository";

type Wanted = Readonly<{
  trustDomain: string;
  /** The ID or slug of the CA; null for the permission's. */
  authority: string | null;
}>;

/**
 * The permission that allows a CA certificate: the oldest with a certificate left. Pure. Errors:
 * `ca-permission.not-covered`, `ca-permission.revoked`, `ca-permission.unconfirmed`,
 * `ca-permission.used-up`.
 */
export function choosePermission(
  rows: readonly PermissionRow[],
  { trustDomain, authority }: Wanted,
): PermissionRow {
  const fitting = rows.filter(
    (row) =>
      row.trustDomain === trustDomain &&
      (authority === null || authority === row.authoritySlug || authority === row.authorityId),
  );
  const usable = fitting.filter((row) => permissionStatus(row) === "confirmed");
  const chosen = usable.toSorted((a, b) => (a.id < b.id ? -1 : 1))[0];
  if (chosen) return chosen;
  const statuses = new Set(fitting.map(permissionStatus));
  if (statuses.has("used-up"))
    throw new AppError(
      "ca-permission.used-up",
      `The CA permission for ${trustDomain} has given as many certificates as it allows. Ask an administrator for a new one.`,
    );
  if (statuses.has("waiting") || statuses.has("rejected"))
    throw new AppError(
      "ca-permission.unconfirmed",
      `The CA permission for ${trustDomain} ${statuses.has("waiting") ? "waits for its confirmation on the host (npx chancery confirm)" : "was rejected on the host"}.`,
    );
  if (statuses.has("revoked"))
    throw new AppError(
      "ca-permission.revoked",
      `The CA permission for ${trustDomain} is revoked. Ask an administrator for a new one.`,
    );
  throw new AppError(
    "ca-permission.not-covered",
    `No CA permission of this identity is for the trust domain ${trustDomain}${authority === null ? "" : ` below ${authority.slice(0, 64)}`}.`,
  );
}

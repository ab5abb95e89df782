import { X509Certificate } from "node:crypto";
import { z } from "zod";
import type { Actor } from "@/lib/access/actor";
import { findCertificateByDer, type Certificate } from "@/lib/certificates/get-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { AppError } from "@/lib/errors/app-error";
import type { EntryId } from "@/lib/format/ids";
import { readCertificate } from "@/lib/pki/certificate";
import { formatSerial } from "@/lib/pki/serial";
import type { RevocationReason } from "@/lib/pki/types";
import type { Deps } from "@/lib/runtime/deps";
import { readAccountKey } from "./keys/account-key";
import type { AcmeRequest, SignedRequest } from "./authenticate";
import { malformed } from "./parse-jws";
import type { AuthenticatedAccount } from "./types";

type RevokeDeps = Pick<Deps, "db" | "clock" | "recorder">;

/** RFC 5280 section 5.3.1, without those that are not for the holder of a certificate. */
const reasons: Readonly<Record<number, RevocationReason>> = {
  0: "unspecified",
  1: "keyCompromise",
  3: "affiliationChanged",
  4: "superseded",
  5: "cessationOfOperation",
  9: "privilegeWithdrawn",
};
const revocation = z.looseObject({ certificate: z.string(), reason: z.number().optional() });

/**
 * Revokes a certificate of the account's identity (RFC 8555 section 7.6). Errors: `acme.malformed`,
 * `acme.unauthorized`, `acme.already-revoked`, `acme.bad-revocation-reason`.
 */
export async function revokeByAccount(
  deps: RevokeDeps,
  account: AuthenticatedAccount,
  payload: Record<string, unknown>,
): Promise<EntryId> {
  const { row, reason } = await readRevocation(deps, payload);
  if (row.identityId !== account.identityId) throw notAuthorized();
  return revoke(deps, account.actor, row, reason);
}

/** Revokes a certificate for whoever has its key. Errors: as `revokeByAccount`. */
export async function revokeByKey(
  deps: RevokeDeps,
  { key }: SignedRequest,
  payload: Record<string, unknown>,
  { actorRequest }: AcmeRequest,
): Promise<EntryId> {
  const { row, reason } = await readRevocation(deps, payload);
  const own = new X509Certificate(row.der ?? new Uint8Array()).publicKey.export({ format: "jwk" });
  const { thumbprint } = await readAccountKey(own as Record<string, unknown>);
  if (thumbprint !== key.thumbprint) throw notAuthorized();
  return revoke(deps, holderOf(row, actorRequest), row, reason);
}

/** Who signed with the certificate's key: its identity, as after a handshake with it. */
const holderOf = (row: Certificate, actorRequest: AcmeRequest["actorRequest"]): Actor => ({
  kind: "certificate",
  id: row.id,
  label: row.identityName,
  role: "service",
  identityId: row.identityId,
  credential: {
    certificateId: row.id,
    serial: formatSerial(row.serial),
    fingerprintSha256: Buffer.from(row.fingerprintSha256 ?? []).toString("hex"),
  },
  assertedBy: null,
  ...actorRequest,
});

const notAuthorized = (): AppError =>
  new AppError(
    "acme.unauthorized",
    "The certificate isn't one of this server, or it belongs to another identity.",
  );

async function readRevocation(
  deps: RevokeDeps,
  payload: Record<string, unknown>,
): Promise<Readonly<{ row: Certificate; reason: RevocationReason }>> {
  const parsed = revocation.safeParse(payload);
  if (!parsed.success || !/^[A-Za-z0-9_-]+$/.test(parsed.data.certificate))
    throw malformed("The payload needs certificate, in DER as base64url, and may have a reason.");
  const reason = reasons[parsed.data.reason ?? 0];
  if (reason === undefined)
    throw new AppError(
      "acme.bad-revocation-reason",
      `The reason must be one of ${Object.keys(reasons).join(", ")}.`,
    );
  const der = new Uint8Array(Buffer.from(parsed.data.certificate, "base64url"));
  assertReadable(der);
  const row = await findCertificateByDer(deps, der);
  if (row?.der === null || row === null) throw notAuthorized();
  return { row, reason };
}

function assertReadable(der: Uint8Array): void {
  try {
    readCertificate(der);
  } catch {
    throw malformed("certificate is not a certificate in DER.");
  }
}

async function revoke(
  deps: RevokeDeps,
  actor: Actor,
  row: Certificate,
  reason: RevocationReason,
): Promise<EntryId> {
  if (row.state === "revoked" && reason !== "keyCompromise")
    throw new AppError("acme.already-revoked", "This certificate is revoked already.");
  const { entryId } = await revokeCertificate(deps, actor, row.id, { reason });
  return entryId;
}

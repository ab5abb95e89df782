import { findIssuer } from "@/lib/authorities/find-issuer";
import { findCertificate } from "@/lib/certificates/get-certificate";
import { AppError } from "@/lib/errors/app-error";
import { toPem } from "@/lib/pki/pem";
import type { Deps } from "@/lib/runtime/deps";
import type { AuthenticatedAccount } from "./types";

/**
 * A certificate of the account's identity with its whole chain, without the root, in PEM. Errors:
 * `acme.not-found`.
 */
export async function readChain(
  deps: Pick<Deps, "db" | "clock">,
  account: AuthenticatedAccount,
  id: string,
): Promise<string> {
  const row = await findCertificate(deps, id);
  if (row === null || row.identityId !== account.identityId || !row.der)
    throw new AppError("acme.not-found", "Certificate not found.");
  const issuer = await findIssuer(deps, row.issuerId);
  return `${toPem("CERTIFICATE", row.der)}${issuer?.chainPem ?? ""}`;
}

import type { Certificate } from "@/lib/certificates/get-certificate";
import { AppError } from "@/lib/errors/app-error";
import type { Deps } from "@/lib/runtime/deps";
import { isReplacedByOrder } from "@/lib/acme/acme-order-repository";
import { identifierText } from "@/lib/acme/order-names";
import { malformed } from "@/lib/acme/parse-jws";
import { findByCertId } from "@/lib/acme/renewal-info";
import type { AuthenticatedAccount, Identifier } from "@/lib/acme/types";

/**
 * The certificate that an order says it replaces (RFC 9773 section 5): one of the same identity,
 * with at least one of the names, that nothing else replaces. Null if the order names none. Errors:
 * `acme.malformed`, `acme.unauthorized`, `acme.already-replaced`.
 */
export async function readReplaced(
  deps: Pick<Deps, "db" | "clock">,
  account: AuthenticatedAccount,
  certId: unknown,
  identifiers: readonly Identifier[],
): Promise<Certificate | null> {
  if (certId === undefined) return null;
  if (typeof certId !== "string") throw malformed("replaces must be a certificate identifier.");
  const row = await findByCertId(deps, certId);
  if (row.identityId !== account.identityId)
    throw new AppError("acme.unauthorized", "The certificate to replace isn't this account's.");
  const names = identifiers.map(identifierText);
  if (!row.sans.some((san) => names.includes(san)))
    throw malformed("The order has none of the names of the certificate that it replaces.");
  if (row.successorId !== null || (await isReplacedByOrder(deps.db, certId)))
    throw new AppError("acme.already-replaced", "This certificate is replaced already.");
  return row;
}

import { findIssuer } from "@/lib/authorities/find-issuer";
import { AppError } from "@/lib/errors/app-error";
import { toPem } from "@/lib/pki/pem";
import type { Deps } from "@/lib/runtime/deps";
import {
  listOrderIds,
  type AuthorizationRow,
  type OrderWithAuthorizations,
} from "./acme-order-repository";
import type { CertificateBytes } from "./signed-request-repository";
import type { AuthenticatedAccount } from "./types";

export type Order = OrderWithAuthorizations;
export type Authorization = AuthorizationRow;
type Found = Authorization & Readonly<{ order: Order }>;

/** What belongs to another account looks like what does not exist. */
const notFound = (what: string): AppError => new AppError("acme.not-found", `${what} not found.`);

/** An order that was found for a request, if it is this account's. Errors: `acme.not-found`. */
export function ownOrder(account: AuthenticatedAccount, order: Order | null): Order {
  if (order === null || order.accountId !== account.id) throw notFound("Order");
  return order;
}

/** An authorization of an order that was found for a request. Errors: as `ownOrder`. */
export function ownAuthorization(
  account: AuthenticatedAccount,
  order: Order | null,
  id: string,
): Found {
  const row = order?.authorizations.find((one) => one.id === id);
  if (order === null || row === undefined || row.accountId !== account.id)
    throw notFound("Authorization");
  return { ...row, order };
}

const pageSize = 100;

/** The ids of the account's orders, newest first, and the cursor of the next page. */
export async function listOrders(
  deps: Pick<Deps, "db">,
  account: AuthenticatedAccount,
  cursor: string | null,
): Promise<Readonly<{ ids: readonly string[]; nextCursor: string | null }>> {
  const ids = await listOrderIds(deps.db, account.id, cursor, pageSize + 1);
  const page = ids.slice(0, pageSize);
  return { ids: page, nextCursor: ids.length > pageSize ? (page.at(-1) ?? null) : null };
}

/**
 * A certificate that was found for a request, if it is of the account's identity, with its whole
 * chain, without the root, in PEM. Errors: `acme.not-found`.
 */
export async function readChain(
  deps: Pick<Deps, "db" | "clock">,
  account: AuthenticatedAccount,
  row: CertificateBytes | null,
): Promise<string> {
  if (row === null || row.identityId !== account.identityId || !row.der)
    throw notFound("Certificate");
  const issuer = await findIssuer(deps, row.issuerId);
  return `${toPem("CERTIFICATE", row.der)}${issuer?.chainPem ?? ""}`;
}

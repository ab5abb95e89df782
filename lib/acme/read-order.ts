import { AppError } from "@/lib/errors/app-error";
import type { Deps } from "@/lib/runtime/deps";
import {
  findAuthorizationRow,
  findOrderRow,
  listOrderIds,
  type AuthorizationRow,
  type OrderRow,
  type OrderWithAuthorizations,
} from "./acme-order-repository";
import type { AuthenticatedAccount } from "./types";

export type Order = OrderWithAuthorizations;
export type Authorization = AuthorizationRow;

/** What belongs to another account looks like what does not exist. */
const notFound = (what: string): AppError => new AppError("acme.not-found", `${what} not found.`);

/** An order of this account. Errors: `acme.not-found`. */
export async function getOrder(
  deps: Pick<Deps, "db">,
  account: AuthenticatedAccount,
  id: string,
): Promise<Order> {
  const order = await findOrderRow(deps.db, id);
  if (order === null || order.accountId !== account.id) throw notFound("Order");
  return order;
}

/** An authorization of this account, with its order. Errors: `acme.not-found`. */
export async function getAuthorization(
  deps: Pick<Deps, "db">,
  account: AuthenticatedAccount,
  id: string,
): Promise<Authorization & Readonly<{ order: OrderRow }>> {
  const row = await findAuthorizationRow(deps.db, id);
  if (row === null || row.accountId !== account.id) throw notFound("Authorization");
  return row;
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

import type { AuthorizationRow, OrderWithAuthorizations } from "./acme-order-repository";
import type { ChallengeType, OrderStatus } from "./types";

/** The status of an authorization as clients see it (RFC 8555 section 7.1.6). */
export function authorizationStatus(
  row: Pick<AuthorizationRow, "status" | "expiresAt">,
  now: Date,
): string {
  const isOver = row.expiresAt <= now && (row.status === "pending" || row.status === "valid");
  return isOver ? (row.status === "pending" ? "invalid" : "expired") : row.status;
}

/** The status of an order: stored once it is closed, until then it follows from its parts. */
export function orderStatus(order: OrderWithAuthorizations, now: Date): OrderStatus {
  if (order.status === "valid" || order.status === "invalid") return order.status;
  if (order.csrDer !== null) return "processing";
  if (order.expiresAt <= now) return "invalid";
  const states = order.authorizations.map((row) => authorizationStatus(row, now));
  if (states.every((state) => state === "valid")) return "ready";
  return states.every((state) => state === "valid" || state === "pending") ? "pending" : "invalid";
}

/**
 * The challenges that an authorization offers: none for a name that is held, the one that validated
 * it once there is one, and dns-01 alone for a wildcard (RFC 8555 section 8.4).
 */
export function offeredChallenges(
  row: Pick<AuthorizationRow, "type" | "wildcard" | "challenge" | "authorizedBy" | "status">,
): readonly ChallengeType[] {
  if (row.authorizedBy?.startsWith("held by ")) return [];
  if (row.challenge !== null && row.status !== "pending") return [row.challenge as ChallengeType];
  if (row.wildcard) return ["dns-01"];
  return row.type === "ip" ? ["http-01", "tls-alpn-01"] : ["http-01", "dns-01", "tls-alpn-01"];
}

import { AppError, isAppError } from "@/lib/errors/app-error";
import { authorize } from "@/lib/access/permissions";
import { issuanceRequest } from "@/lib/issuing/decide-issuance";
import { issueForRequest } from "@/lib/issuing/issue-for-request";
import type { MaybeRecorded } from "@/lib/log/record/recorded";
import { parseCsr } from "@/lib/pki/csr";
import { toPem } from "@/lib/pki/pem";
import type { ParsedCsr } from "@/lib/pki/types";
import { predecessorOf } from "@/lib/issuing/rotate-certificate";
import type { Predecessor } from "@/lib/issuing/decide-issuance";
import { findByCertId } from "./renewal-info";
import type { EntryId } from "@/lib/format/ids";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import {
  claimOrder,
  closeOrder,
  findCertificateOfCsr,
  findOrderRow,
  type OrderWithAuthorizations,
} from "./acme-order-repository";
import { parseIdentifier, identifierText } from "./order-names";
import { orderStatus } from "./order-state";
import { readOrderCsr } from "./orders/order-csr";
import { recordChange } from "./orders/record-change";
import { storedProblem } from "./stored-problem";
import { challengeTypes } from "./types";
import type { AccountKey, AuthenticatedAccount, Identifier } from "./types";

export type FinalizeDeps = Pick<
  Deps,
  "db" | "clock" | "random" | "recorder" | "signer" | "publicUrl"
>;

/** How long a process may work on an order before another one takes over what it left. */
const leaseMs = 30_000;

/**
 * Issues the certificate of an order whose names are all authorized (RFC 8555 section 7.4), through
 * the one path that every certificate takes; the entries of one order share its id as correlation
 * id. A mistake in the CSR leaves the order ready; a refusal by the profile closes it. Errors:
 * `acme.order-not-ready`, `acme.bad-csr`, `acme.malformed`, those of `issueCertificate`.
 */
export async function finalizeOrder(
  deps: FinalizeDeps,
  account: AuthenticatedAccount,
  key: AccountKey,
  order: OrderWithAuthorizations,
  payload: Record<string, unknown>,
): Promise<MaybeRecorded<OrderWithAuthorizations>> {
  const now = deps.clock.now();
  const status = orderStatus(order, now);
  // The answer to an earlier request of the client may have been lost.
  if (status === "valid" || status === "processing") return { result: order, entryId: null };
  if (status !== "ready")
    throw new AppError(
      "acme.order-not-ready",
      `This order is ${status}. ${status === "pending" ? "Complete its authorizations first." : "Create a new order."}`,
    );
  const csr = readOrderCsr(payload, order.identifiers, key);
  const leaseUntil = new Date(now.getTime() + leaseMs);
  if (!(await claimOrder(deps.db, order.id, { now, leaseUntil, csrDer: csr.der })))
    return { result: await getOrder(deps, order.id), entryId: null };
  return issueFor(deps, account, { ...order, csrDer: csr.der }, csr);
}

/**
 * Finishes an order that a process left in the middle: with the certificate that it had issued, or
 * by issuing it. Returns the order as it is then.
 */
export async function resumeOrder(
  deps: FinalizeDeps,
  account: AuthenticatedAccount,
  order: OrderWithAuthorizations,
): Promise<OrderWithAuthorizations> {
  const now = deps.clock.now();
  const isLeft = order.status === "open" && order.csrDer !== null;
  if (!isLeft || (order.leaseUntil !== null && order.leaseUntil > now)) return order;
  // A plan that waits for its signature is finished or closed by the reconciliation. Without a claim,
  // so that the next poll sees what became of it.
  if ((await findEarlier(deps, order))?.state === "planned") return order;
  const leaseUntil = new Date(now.getTime() + leaseMs);
  if (!(await claimOrder(deps.db, order.id, { now, leaseUntil, csrDer: null })))
    return getOrder(deps, order.id);
  const earlier = await findEarlier(deps, order);
  if (earlier?.state === "planned") return order;
  if (earlier?.state === "issued") {
    await completeOrder(deps, account, order, earlier.id);
    return getOrder(deps, order.id);
  }
  const csr = parseCsr(order.csrDer ?? new Uint8Array());
  await issueFor(deps, account, order, csr).catch((error: unknown) => {
    if (!isAppError(error)) throw error;
  });
  return getOrder(deps, order.id);
}

async function getOrder({ db }: Pick<Deps, "db">, id: string): Promise<OrderWithAuthorizations> {
  const order = await findOrderRow(db, id);
  if (order === null) throw new Error("unreachable: orders are never deleted");
  return order;
}

function findEarlier(
  { db }: FinalizeDeps,
  { identityId, csrDer, createdAt }: OrderWithAuthorizations,
) {
  if (csrDer === null) return null;
  const { spkiSha256 } = parseCsr(csrDer).key;
  return findCertificateOfCsr(db, { identityId, csrDer, since: createdAt, spkiSha256 });
}

async function issueFor(
  deps: FinalizeDeps,
  account: AuthenticatedAccount,
  order: OrderWithAuthorizations,
  csr: ParsedCsr,
): Promise<MaybeRecorded<OrderWithAuthorizations>> {
  const actor = { ...account.actor, correlationId: order.id };
  const request = issuanceRequest(actor, authorize(actor, "certificates.issue"), {
    profile: order.profile,
    identity: order.identityId,
    csr: toPem("CERTIFICATE REQUEST", csr.der),
    sans: order.identifiers.map(parseIdentifier),
    ...withoutWildcardName(csr),
  });
  const predecessor = await findPredecessor(deps, order, csr);
  const provenNames = account.addsNames ? provenNamesOf(order) : [];
  const asked = { ...request, predecessor, provenNames };
  const issued = await issueForRequest(deps, actor, asked).catch((error: unknown) => {
    // What may still become a certificate is left to `resumeOrder`: the order is processing.
    if (!isAppError(error)) throw error;
    if (error.kind === "unavailable") return null;
    return failOrder(deps, { ...account, actor }, order, error);
  });
  if (issued === null) return { result: await getOrder(deps, order.id), entryId: null };
  const certificateId = issued.result.id;
  const entryId = await completeOrder(deps, { ...account, actor }, order, certificateId);
  // Closed by this process, or by another one, which may have come to another end.
  const result =
    entryId === null
      ? await getOrder(deps, order.id)
      : { ...order, status: "valid", certificateId };
  return { result, entryId };
}

/**
 * The certificate that this one succeeds: linked both ways, and revoked as superseded after the
 * overlap of its profile. With the same key, or if its profile or state forbids it, it is left
 * alone, and only the entries say that it was replaced.
 */
async function findPredecessor(
  deps: FinalizeDeps,
  { replaces, profile }: OrderWithAuthorizations,
  { key }: ParsedCsr,
): Promise<Predecessor | null> {
  if (replaces === null) return null;
  const row = await findByCertId(deps, replaces);
  const isSameKey = Buffer.from(row.spkiSha256).equals(Buffer.from(key.spkiSha256));
  const isOpen = row.state === "issued" && row.successorId === null && row.profileSlug === profile;
  return isOpen && !isSameKey ? predecessorOf(row, deps.clock.now()) : null;
}

/** lego repeats a wildcard as the common name, where no verifier reads it: it is left out. */
function withoutWildcardName({ subject }: ParsedCsr): Readonly<{ subject?: [] }> {
  const isWildcard = subject.some(({ type, value }) => type === "CN" && value.startsWith("*."));
  return isWildcard ? { subject: [] } : {};
}

/** What challenges proved; names that are held need no more than that. */
const provenNamesOf = ({ authorizations }: OrderWithAuthorizations): readonly string[] =>
  authorizations
    .filter(({ authorizedBy }) => challengeTypes.some((type) => type === authorizedBy))
    .map(({ type, value }) => `${type}:${value}`);

const targetOf = ({ id, identifiers }: OrderWithAuthorizations) => ({
  kind: "acme-order",
  id,
  label: identifiers.map((text) => parseIdentifier(text).value).join(", "),
});

/** Null if the order is closed already. */
function completeOrder(
  deps: FinalizeDeps,
  { actor }: AuthenticatedAccount,
  order: OrderWithAuthorizations,
  certificateId: string,
): Promise<EntryId | null> {
  const issued = {
    action: "acme.order-issued",
    outcome: "success",
    target: targetOf(order),
    details: {
      certificateId,
      names: order.authorizations.map(({ type, value, authorizedBy }) => ({
        name: identifierText({ type: type as Identifier["type"], value }),
        authorizedBy: authorizedBy ?? "",
      })),
      ...(order.replaces === null ? {} : { replaces: order.replaces }),
    },
  } satisfies NewEntry;
  const change = { status: "valid", certificateId, problem: null } as const;
  return recordChange(deps, actor, issued, (entry) => closeOrder(deps.db, order.id, change, entry));
}

async function failOrder(
  deps: FinalizeDeps,
  { actor }: AuthenticatedAccount,
  order: OrderWithAuthorizations,
  error: AppError,
): Promise<never> {
  const problem = JSON.stringify(storedProblem(error));
  const failed = {
    action: "acme.order-failed",
    outcome: "failure",
    reason: error.code,
    target: targetOf(order),
    details: { code: error.code, problem: error.message },
  } satisfies NewEntry;
  const change = { status: "invalid", certificateId: null, problem } as const;
  await recordChange(deps, actor, failed, (entry) => closeOrder(deps.db, order.id, change, entry));
  throw error;
}

import { authorizationStatus, offeredChallenges, orderStatus } from "@/lib/acme/order-state";
import { parseIdentifier } from "@/lib/acme/order-names";
import type { Authorization, Order } from "@/lib/acme/read-order";
import type { AcmeProblem, AuthenticatedAccount } from "@/lib/acme/types";
import { formatIso } from "@/lib/format/time";
import type { AcmeAnswer } from "./answer";
import type { AcmeUrls } from "./urls";

const pollSeconds = "3";
const problemOf = (text: string): AcmeProblem => JSON.parse(text) as AcmeProblem;

/** An account object (RFC 8555 section 7.1.2). */
export const accountObject = (account: AuthenticatedAccount, urls: AcmeUrls): object => ({
  status: account.status,
  contact: account.contact,
  termsOfServiceAgreed: true,
  orders: urls.orders(account.id),
});

/** An order (section 7.1.3), with Retry-After while it is processing. */
export function orderAnswer(order: Order, urls: AcmeUrls, now: Date, status = 200): AcmeAnswer {
  const state = orderStatus(order, now);
  const { certificateId, problem, profile, replaces } = order;
  return {
    status,
    headers: {
      location: urls.order(order.id),
      ...(state === "processing" ? { "retry-after": pollSeconds } : {}),
    },
    body: {
      status: state,
      expires: formatIso(order.expiresAt),
      identifiers: order.identifiers.map(parseIdentifier),
      profile,
      authorizations: order.authorizations.map(({ id }) => urls.authorization(id)),
      finalize: urls.finalize(order.id),
      ...(certificateId === null ? {} : { certificate: urls.certificate(certificateId) }),
      ...(problem === null ? {} : { error: problemOf(problem) }),
      ...(replaces === null ? {} : { replaces }),
    },
  };
}

/** An authorization (section 7.1.4); a wildcard is shown as its base name. */
export function authorizationAnswer(row: Authorization, urls: AcmeUrls, now: Date): AcmeAnswer {
  const status = authorizationStatus(row, now);
  return {
    status: 200,
    headers: row.challenge !== null && status === "pending" ? { "retry-after": pollSeconds } : {},
    body: {
      status,
      expires: formatIso(row.expiresAt),
      identifier: { type: row.type, value: row.wildcard ? row.value.slice(2) : row.value },
      challenges: offeredChallenges(row).map((type) => challengeObject(row, type, urls)),
      ...(row.wildcard ? { wildcard: true } : {}),
    },
  };
}

/** A challenge (section 8) of an authorization. */
export function challengeObject(row: Authorization, type: string, urls: AcmeUrls): object {
  const isChosen = row.challenge === type;
  const status = !isChosen ? "pending" : row.status === "pending" ? "processing" : row.status;
  return {
    type,
    url: urls.challenge(row.id, type),
    token: row.token,
    status,
    ...(isChosen && row.validatedAt !== null ? { validated: formatIso(row.validatedAt) } : {}),
    ...(isChosen && row.problem !== null ? { error: problemOf(row.problem) } : {}),
  };
}

import type { Asked } from "@/lib/acme/authenticate";
import { createOrder } from "@/lib/acme/create-order";
import { finalizeOrder, resumeOrder } from "@/lib/acme/finalize-order";
import { payloadObject } from "@/lib/acme/parse-jws";
import { ownAuthorization, ownOrder } from "@/lib/acme/read-order";
import type { AcmeAnswer } from "./answer";
import { accountCall, postAsGet } from "./authenticate";
import type { AcmeCall, Resource } from "./resource-types";
import { resumeChallenge, startChallenge, untilValidated } from "@/lib/acme/start-challenge";
import { authorizationAnswer, challengeObject, orderAnswer } from "./resources";

async function newOrder(call: AcmeCall): Promise<AcmeAnswer> {
  const { account, parsed, openOrders } = await accountCall(call, { countsOrders: true });
  const { result } = await createOrder(call.deps, account, {
    payload: payloadObject(parsed),
    pathProfile: call.profile,
    openOrders,
  });
  return orderAnswer(result, call.urls, call.deps.clock.now(), 201);
}

async function order(call: AcmeCall): Promise<AcmeAnswer> {
  const { account, order: found } = await postAsGet(call, { orderId: call.params[0] ?? "" });
  const current = await resumeOrder(call.deps, account, ownOrder(account, found));
  return orderAnswer(current, call.urls, call.deps.clock.now());
}

async function finalize(call: AcmeCall): Promise<AcmeAnswer> {
  const proven = await accountCall(call, { orderId: call.params[0] ?? "" });
  const { account, key, parsed } = proven;
  const found = ownOrder(account, proven.order);
  const payload = payloadObject(parsed);
  const { result } = await finalizeOrder(call.deps, account, key, found, payload);
  return orderAnswer(result, call.urls, call.deps.clock.now());
}

async function authorization(call: AcmeCall): Promise<AcmeAnswer> {
  const [id = ""] = call.params;
  const { account, order: found } = await postAsGet(call, readingOf(call, id));
  const row = ownAuthorization(account, found, id);
  inBackground(call, (await resumeChallenge(call.deps, account, row)).validation);
  return authorizationAnswer(row, call.urls, call.deps.clock.now());
}

/** POST with an empty object starts the validation; POST-as-GET reads the challenge. */
async function challenge(call: AcmeCall): Promise<AcmeAnswer> {
  const [id = "", type = ""] = call.params;
  const proven = await accountCall(call, ({ jws }) =>
    jws.payload === "" ? readingOf(call, id) : { authorizationId: id },
  );
  const { account, parsed } = proven;
  const found = ownAuthorization(account, proven.order, id);
  if (parsed.jws.payload !== "") payloadObject(parsed);
  const { row, validation } =
    parsed.jws.payload === ""
      ? { row: found, validation: null }
      : await startChallenge(call.deps, account, found, type);
  inBackground(call, validation);
  return {
    status: 200,
    headers: row.status === "pending" ? { "retry-after": "1" } : {},
    body: challengeObject(row, type, call.urls),
    links: [`<${call.urls.authorization(row.id)}>;rel="up"`],
  };
}

/** Reading an authorization, or its challenge, waits a moment for its validation. */
const readingOf = ({ deps }: AcmeCall, authorizationId: string): Asked => ({
  authorizationId,
  until: (accountId) => untilValidated(deps, accountId, authorizationId),
});

/** What fails unexpectedly is tried again once its lease is over. */
function inBackground({ reportBug }: AcmeCall, work: Promise<void> | null): void {
  work?.catch(reportBug);
}

export const orderResources: readonly Resource[] = [
  { name: "new-order", ofDirectory: true, path: /^new-order$/, methods: { POST: newOrder } },
  {
    name: "order",
    ofDirectory: false,
    path: /^order\/(ord_[a-z0-9]{26})$/,
    methods: { POST: order },
  },
  {
    name: "finalize",
    ofDirectory: false,
    path: /^order\/(ord_[a-z0-9]{26})\/finalize$/,
    methods: { POST: finalize },
  },
  {
    name: "authorization",
    ofDirectory: false,
    path: /^authz\/(azn_[a-z0-9]{26})$/,
    methods: { POST: authorization },
  },
  {
    name: "challenge",
    ofDirectory: false,
    path: /^chall\/(azn_[a-z0-9]{26})\/(http-01|dns-01|tls-alpn-01)$/,
    methods: { POST: challenge },
  },
];

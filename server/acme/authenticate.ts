import { authenticateAccount, type AcmeRequest } from "@/lib/acme/authenticate";
import { parseJws, malformed, payloadObject, type ParsedJws } from "@/lib/acme/parse-jws";
import type { AccountKey, AuthenticatedAccount } from "@/lib/acme/types";
import { readBody } from "./read-body";
import type { AcmeCall } from "./resource-types";

/** A request of an account that proved its key. */
export type AccountCall = Readonly<{
  parsed: ParsedJws;
  account: AuthenticatedAccount;
  key: AccountKey;
}>;

/** What the client asked, whose refusals are recorded as the account's once it proved its key. */
export const requestOf = ({ url, urls, actorRequest, caller }: AcmeCall): AcmeRequest => ({
  url,
  accountUrl: urls.account(""),
  actorRequest,
  onProven: (actor) => {
    caller.actor = actor;
  },
});

/** Reads and verifies a request of an account. */
export async function accountCall(call: AcmeCall): Promise<AccountCall> {
  const parsed = parseJws(await readBody(call.request));
  return authenticateAccount(call.deps, parsed, requestOf(call));
}

/** POST-as-GET (RFC 8555 section 6.3): the payload is empty. Errors: `acme.malformed`. */
export async function postAsGet(call: AcmeCall): Promise<AccountCall> {
  const proven = await accountCall(call);
  if (proven.parsed.jws.payload !== "")
    throw malformed("This resource is read with POST-as-GET: an empty payload.");
  return proven;
}

/** The payload, or null for POST-as-GET. */
export const payloadOrNull = ({ parsed }: AccountCall): Record<string, unknown> | null =>
  parsed.jws.payload === "" ? null : payloadObject(parsed);

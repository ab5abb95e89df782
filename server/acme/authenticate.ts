import {
  authenticateAccount,
  type AcmeRequest,
  type Asked,
  type AuthenticatedRequest,
} from "@/lib/acme/authenticate";
import { parseJws, malformed, payloadObject, type ParsedJws } from "@/lib/acme/parse-jws";
import { readBody } from "./read-body";
import type { AcmeCall } from "./resource-types";

/** What the client asked, whose refusals are recorded as the account's once it proved its key. */
export const requestOf = ({ url, urls, actorRequest, caller }: AcmeCall): AcmeRequest => ({
  url,
  accountUrl: urls.account(""),
  actorRequest,
  onProven: (actor) => {
    caller.actor = actor;
  },
});

/** Reads and verifies a request of an account, with what it is about. */
export async function accountCall(
  call: AcmeCall,
  asked: Asked | ((parsed: ParsedJws) => Asked) = {},
): Promise<AuthenticatedRequest> {
  const parsed = parseJws(await readBody(call.request));
  const about = typeof asked === "function" ? asked(parsed) : asked;
  return authenticateAccount(call.deps, parsed, requestOf(call), about);
}

/** POST-as-GET (RFC 8555 section 6.3): the payload is empty. Errors: `acme.malformed`. */
export async function postAsGet(call: AcmeCall, asked: Asked = {}): Promise<AuthenticatedRequest> {
  const proven = await accountCall(call, asked);
  if (proven.parsed.jws.payload !== "")
    throw malformed("This resource is read with POST-as-GET: an empty payload.");
  return proven;
}

/** The payload, or null for POST-as-GET. */
export const payloadOrNull = ({ parsed }: AuthenticatedRequest): Record<string, unknown> | null =>
  parsed.jws.payload === "" ? null : payloadObject(parsed);

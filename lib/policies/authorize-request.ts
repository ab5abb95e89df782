import type { EntryId } from "@/lib/format/ids";
import type { MaybeRecorded, Recorded } from "@/lib/log/record/recorded";
import { httpStatusOf } from "@/lib/errors/http-status";
import type { AnyActor, ActorRequest } from "@/lib/access/actor";
import type { Peer } from "@/lib/access/peer";
import { actorOfPeer, actorOfRefused } from "@/lib/client-auth/certificate-actor";
import type {
  CertificateCode,
  CertificateDecision,
  ForwardedRequest,
  TrustedProxy,
} from "@/lib/client-auth/types";
import { isAppError } from "@/lib/errors/app-error";
import { recordEntry } from "@/lib/log/record/record-entry";
import { recordRefusalEntry } from "@/lib/log/record/record-refusal";
import type { EntryDetails, NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { evaluatePolicy, preflightRequest } from "./evaluate-policy";
import type { PolicyDenial, PolicyDenialCode } from "./schema";
import { findServicePolicy, type ServicePolicy } from "./find-service-policy";

type AuthorizeDeps = Pick<Deps, "db" | "recorder">;

/**
 * What a proxy asks: may the holder of this certificate send this request? `service` and `request`
 * are null if the proxy does not name them clearly. `backgroundDeps` have no deadline, for work
 * that no client waits for.
 */
export type AuthorizationRequest = Readonly<{
  service: string | null;
  proxy: TrustedProxy;
  certificate: CertificateDecision;
  request: ForwardedRequest | null;
  /** Whether the proxy passed on the headers by which a browser marks a CORS preflight. */
  preflight: boolean;
  actorRequest: ActorRequest;
  backgroundDeps: AuthorizeDeps;
}>;

export type Authorization =
  | Readonly<{
      allowed: true;
      /** Null: a CORS preflight, which has no certificate. */
      peer: Peer | null;
      rule: string;
      /** The entry of the decision. */
      entryId: EntryId;
      /** Records that this decision came too late to be delivered. Never rejects. */
      recordUndelivered: () => Promise<void>;
    }>
  | Readonly<{
      allowed: false;
      code: DenialCode;
      title: string;
      detail: string;
    }>;

type AuthorizedEntry = Extract<NewEntry, { action: "request.authorized" }>;
/** Answered with 401, 403 or 503, by the kind of the code. */
export type DenialCode = CertificateCode | PolicyDenialCode | "proxy.unclear";
type Denial = Readonly<{ code: DenialCode; title: string; detail: string }>;

const incomplete = {
  request: {
    code: "proxy.unclear",
    title: "The proxy does not forward the client's request",
    detail:
      "The headers with the method and target of the client's request are missing, repeated or malformed. Set them as in the example configuration for this kind of proxy.",
  },
  service: {
    code: "policy.unknown",
    title: "The proxy does not name a service",
    detail:
      "Name the service in the URL that the proxy calls: /api/v1/authorize?service=NAME, or /api/v1/authorize/NAME.",
  },
} as const satisfies Record<string, Denial>;

const denialOf = ({ code, message }: PolicyDenial): Denial => ({
  code,
  title: "Denied by the access policy",
  detail: message,
});

/** The target without its query, which may hold secrets and is not part of a policy. */
const pathOf = (target: string): string => target.split("?", 1)[0] ?? "";

const requestDetails = ({ service, proxy, request }: AuthorizationRequest) => ({
  service: service ?? "",
  method: request?.method ?? "",
  path: pathOf(request?.path ?? ""),
  proxy: proxy.label,
});

async function deny(
  deps: AuthorizeDeps,
  authorization: AuthorizationRequest,
  { code, title, detail }: Denial,
  verdict: PolicyDenial | null,
  policy: ServicePolicy | null,
): Promise<MaybeRecorded<Authorization>> {
  const { certificate } = authorization;
  const status = httpStatusOf(code);
  const claims = certificate.accepted ? null : certificate.claims;
  const details: EntryDetails["request.denied"] = {
    ...requestDetails(authorization),
    code,
    status,
    rule: verdict?.rule ?? null,
    policyVersion: verdict?.version ?? null,
    ...(claims === null ? {} : { presented: claims }),
  };
  const { entryId } = await recordRefusalEntry(deps.recorder, actorOf(authorization), {
    action: "request.denied",
    outcome: status === 503 ? "failure" : "denied",
    target: policy && targetOf(policy),
    details,
  });
  return { result: { allowed: false, code, title, detail }, entryId };
}

const actorOf = ({ certificate, actorRequest }: AuthorizationRequest): AnyActor =>
  certificate.accepted
    ? actorOfPeer(certificate.peer, actorRequest)
    : actorOfRefused(certificate, actorRequest);

const targetOf = ({ id, service }: ServicePolicy) => ({ kind: "policy", id, label: service });

/**
 * How many undelivered decisions may wait to be recorded. In a long outage the rest are not
 * recorded as such: their clients got a 503.
 */
const maxUndelivered = 1_000;
let undelivered = 0;

/**
 * Records, under the same request id, that an allowed decision was not delivered: what is then
 * counted as allowed is what was really let through. Never rejects.
 */
async function recordUndelivered(
  deps: AuthorizeDeps,
  actor: AnyActor,
  authorized: AuthorizedEntry,
  code: "authorize.late" | "record.unavailable",
): Promise<void> {
  if (undelivered >= maxUndelivered) return;
  const { service, method, path, proxy, rule, policyVersion } = authorized.details;
  const status = httpStatusOf(code);
  const details = { service, method, path, proxy, code, status, rule, policyVersion };
  undelivered += 1;
  try {
    await recordEntry(deps.recorder, actor, {
      action: "request.denied",
      outcome: "failure",
      reason: "the decision came too late to be delivered",
      target: authorized.target,
      details,
    });
  } catch {
    // The database is still away. The log may hold an allowed decision that was not delivered; it
    // never lacks one that was.
  } finally {
    undelivered -= 1;
  }
}

async function allow(
  deps: AuthorizeDeps,
  authorization: AuthorizationRequest,
  policy: ServicePolicy,
  rule: string,
): Promise<Recorded<Authorization>> {
  const { certificate, backgroundDeps } = authorization;
  const peer = certificate.accepted ? certificate.peer : null;
  const actor = actorOf(authorization);
  const entry: AuthorizedEntry = {
    action: "request.authorized",
    outcome: "success",
    target: targetOf(policy),
    details: { ...requestDetails(authorization), rule, policyVersion: policy.compiled.version },
  };
  try {
    const { entryId } = await recordEntry(deps.recorder, actor, entry);
    return {
      result: {
        allowed: true,
        peer,
        rule,
        entryId,
        recordUndelivered: () => recordUndelivered(backgroundDeps, actor, entry, "authorize.late"),
      },
      entryId,
    };
  } catch (error) {
    // It may have been recorded all the same: the connection was lost in the middle.
    if (isAppError(error) && error.code === "record.unavailable")
      void recordUndelivered(backgroundDeps, actor, entry, "record.unavailable");
    throw error;
  }
}

/**
 * Authorizes a client's request and records the decision; resolves after the commit, with exactly
 * one entry, unless a client without a certificate issued here is refused more often than a few
 * times a minute: that is counted. Checks the certificate first, then that the request is complete,
 * then the service's policy as it is now. Rejects if anything cannot be looked up or recorded: the
 * request is then denied. A CORS preflight, which has no certificate, is allowed by a rule for
 * preflights alone.
 */
export async function authorizeRequest(
  deps: AuthorizeDeps,
  authorization: AuthorizationRequest,
): Promise<MaybeRecorded<Authorization>> {
  const { certificate, request, service, actorRequest } = authorization;
  const policy = service === null ? null : await findServicePolicy(deps, service);
  if (!certificate.accepted) {
    const rule = policy && preflightRule(authorization, policy);
    return policy && rule !== null
      ? allow(deps, authorization, policy, rule)
      : deny(deps, authorization, certificate, null, policy);
  }
  if (service === null) return deny(deps, authorization, incomplete.service, null, policy);
  if (request === null) return deny(deps, authorization, incomplete.request, null, policy);
  const { peer } = certificate;
  const { identity, profile } = peer;
  const verdict = evaluatePolicy(policy?.compiled ?? null, {
    identityId: identity.id,
    identityKind: identity.kind,
    profile,
    method: request.method,
    path: request.path,
    ip: actorRequest.address.ip,
  });
  if (!verdict.allowed) return deny(deps, authorization, denialOf(verdict), verdict, policy);
  if (policy === null) throw new Error("a request was allowed without a policy");
  return allow(deps, authorization, policy, verdict.rule);
}

/**
 * The rule that allows this request as a CORS preflight; null if it is none, or no rule allows it.
 * A certificate that is refused is never no certificate.
 */
function preflightRule(
  { certificate, request, preflight, actorRequest }: AuthorizationRequest,
  { compiled }: ServicePolicy,
): string | null {
  if (certificate.accepted || certificate.code !== "certificate.missing") return null;
  if (!preflight || request?.method !== "OPTIONS") return null;
  const verdict = evaluatePolicy(compiled, preflightRequest(request.path, actorRequest.address.ip));
  return verdict.allowed ? verdict.rule : null;
}

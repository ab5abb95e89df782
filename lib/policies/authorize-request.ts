import type { Actor } from "@/lib/auth/actor";
import { actorOfPeer, actorOfRefused } from "@/lib/auth/certificate-actor";
import type { ActorRequest } from "@/lib/auth/token-actor";
import type {
  CertificateDecision,
  ForwardedRequest,
  Peer,
  TrustedProxy,
} from "@/lib/custody/types";
import type { Deps } from "@/lib/deps";
import { isAppError } from "@/lib/errors/app-error";
import { recordEntry } from "@/lib/log/record";
import type { EntryDetails, NewEntry } from "@/lib/log/types";
import { decideQuickly } from "./decide";
import type { Verdict } from "./decide";
import { findServicePolicy } from "./find-service-policy";
import type { ServicePolicy } from "./find-service-policy";

type AuthorizeDeps = Pick<Deps, "db" | "clock" | "random" | "source">;

/**
 * What a proxy asks: whether the holder of this certificate may do this. `service` null: it names none, or not clearly. `policy`: that of the
 * service, if it is being looked up since this question came in. `patient`: for what nobody waits for.
 */
export type Question = Readonly<{
  service: string | null;
  policy: Promise<ServicePolicy | null> | null;
  proxy: TrustedProxy;
  certificate: CertificateDecision;
  asked: ForwardedRequest | null;
  from: ActorRequest;
  patient: AuthorizeDeps;
}>;

export type Authorization =
  | Readonly<{
      allowed: true;
      peer: Peer;
      rule: string;
      entryId: string;
      takeBack: () => Promise<void>;
    }>
  | Readonly<{
      allowed: false;
      status: 401 | 403 | 503;
      code: string;
      title: string;
      detail: string;
      entryId: string;
    }>;

type Yes = Extract<NewEntry, { action: "request.authorized" }>;
type Refusal = Readonly<{ status: 401 | 403 | 503; code: string; title: string; detail: string }>;

const unclear = {
  request: {
    status: 403,
    code: "proxy.unclear",
    title: "The proxy does not say what is asked for",
    detail:
      "The headers that say the method and the target of the client's request are missing, stand twice, or cannot be read. Set them as the example for this kind of proxy does.",
  },
  service: {
    status: 403,
    code: "policy.unknown",
    title: "The proxy does not say for which service it asks",
    detail:
      "Name the service in the address that the proxy asks: /api/v1/authorize?service=NAME, or /api/v1/authorize/NAME.",
  },
} as const satisfies Record<string, Refusal>;

const refusalOf = ({ code, message }: Verdict): Refusal => ({
  status: code === "policy.unreadable" ? 503 : 403,
  code,
  title: "The policy of this service does not allow it",
  detail: message,
});

/** The target without its query, which may hold secrets and is no business of a policy. */
const pathOf = (target: string): string => target.split("?", 1)[0] ?? "";

const askedDetails = ({ service, proxy, asked }: Question) => ({
  service: service ?? "",
  method: asked?.method ?? "",
  path: pathOf(asked?.path ?? ""),
  proxy: proxy.label,
});

async function deny(
  deps: AuthorizeDeps,
  question: Question,
  refusal: Refusal,
  verdict: Verdict | null,
  policy: ServicePolicy | null,
): Promise<Authorization> {
  const { certificate, from } = question,
    { status, code } = refusal;
  const presented = certificate.accepted ? null : certificate.presented;
  const details: EntryDetails["request.denied"] = {
    ...askedDetails(question),
    code,
    status,
    rule: verdict?.rule ?? null,
    policyVersion: verdict?.version ?? null,
    ...(presented === null ? {} : { presented }),
  };
  const actor = certificate.accepted
    ? actorOfPeer(certificate.peer, from)
    : actorOfRefused(certificate, from);
  const { entryId } = await recordEntry(deps, actor, {
    action: "request.denied",
    outcome: status === 503 ? "failure" : "denied",
    target: policy && targetOf(policy),
    details,
  });
  return { allowed: false, ...refusal, entryId };
}

const targetOf = ({ id, service }: ServicePolicy) => ({ kind: "policy", id, label: service });

/** So many may wait to be taken back: in a long outage the others stay what they are, a 503 to their askers. */
const MOST_TAKEN_BACK = 1_000;
let takingBack = 0;

/** Says that a yes was never given, under the same request: what is counted as allowed then is what was let through. Never rejects. */
async function takeBack(deps: AuthorizeDeps, actor: Actor, yes: Yes, code: string): Promise<void> {
  if (takingBack >= MOST_TAKEN_BACK) return;
  const { service, method, path, proxy, rule, policyVersion } = yes.details;
  const details = { service, method, path, proxy, code, status: 503, rule, policyVersion };
  takingBack += 1;
  try {
    await recordEntry(deps, actor, {
      action: "request.denied",
      outcome: "failure",
      reason: "the answer did not wait for the record",
      target: yes.target,
      details,
    });
  } catch {
    // The store is still away. The record may hold a yes that nobody heard, never the other way round.
  } finally {
    takingBack -= 1;
  }
}

async function allow(
  deps: AuthorizeDeps,
  question: Question,
  policy: ServicePolicy,
  peer: Peer,
  rule: string,
): Promise<Authorization> {
  const actor = actorOfPeer(peer, question.from),
    { patient } = question;
  const entry: Yes = {
    action: "request.authorized",
    outcome: "success",
    target: targetOf(policy),
    details: { ...askedDetails(question), rule, policyVersion: policy.compiled.version },
  };
  try {
    const { entryId } = await recordEntry(deps, actor, entry);
    return {
      allowed: true,
      peer,
      rule,
      entryId,
      takeBack: () => takeBack(patient, actor, entry, "authorize.late"),
    };
  } catch (error) {
    // It may be on the record all the same: the connection was given up in the middle.
    if (isAppError(error) && error.code === "record.unavailable")
      void takeBack(patient, actor, entry, error.code);
    throw error;
  }
}

/**
 * Decides on a client's request and puts the decision on the record; resolves after the commit, with exactly one entry. The certificate comes
 * first, then the clearness of the question, then the policy as it is at this moment. Rejects if anything cannot be looked up or recorded:
 * the answer is then no. `takeBack` records that a yes came too late to be given.
 */
export async function authorizeRequest(
  deps: AuthorizeDeps,
  question: Question,
): Promise<Authorization> {
  const { certificate, asked, service, from } = question;
  const policy =
    service === null ? null : await (question.policy ?? findServicePolicy(deps, service));
  if (!certificate.accepted) return deny(deps, question, certificate, null, policy);
  if (service === null) return deny(deps, question, unclear.service, null, policy);
  if (asked === null) return deny(deps, question, unclear.request, null, policy);
  const { peer } = certificate,
    { identity, profile } = peer;
  const verdict = decideQuickly(policy?.compiled ?? null, {
    identityId: identity.id,
    identityKind: identity.kind,
    profile,
    method: asked.method,
    path: asked.path,
    ip: from.origin.ip,
  });
  if (!verdict.allowed || verdict.rule === null || policy === null)
    return deny(deps, question, refusalOf(verdict), verdict, policy);
  return allow(deps, question, policy, peer, verdict.rule);
}

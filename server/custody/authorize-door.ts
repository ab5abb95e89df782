import type { IncomingMessage, ServerResponse } from "node:http";
import { actorOfPeer, actorOfRefused } from "@/lib/auth/certificate-actor";
import type { Actor } from "@/lib/auth/actor";
import { missingCertificate } from "@/lib/custody/decide-certificate";
import { gateDeps } from "@/lib/custody/gate-deps";
import type { Deps } from "@/lib/deps";
import { isAppError } from "@/lib/errors/app-error";
import { authorizeRequest } from "@/lib/policies/authorize-request";
import type { Authorization } from "@/lib/policies/authorize-request";
import { refuseAsker } from "@/lib/policies/refuse-asker";
import { findServicePolicy } from "@/lib/policies/find-service-policy";
import type { ServicePolicy } from "@/lib/policies/find-service-policy";
import { askedService, likelyService } from "@/server/custody/asked-service";
import { actorRequestOf } from "@/server/listeners/actor-request";
import type { DoorContext } from "@/server/listeners/context";
import { setDeadline } from "@/server/listeners/deadline";
import { sendProblem } from "@/server/listeners/problem";

export type AuthorizeDoor = Readonly<{
  /** Looks the policy up that a question will need, while others look at the certificates. */
  begin: (request: IncomingMessage) => void;
  answer: (request: IncomingMessage, response: ServerResponse, context: DoorContext) => void;
}>;
type Begun = Readonly<{
  at: number;
  service: string | null;
  policy: Promise<ServicePolicy | null> | null;
}>;
type Yes = Extract<Authorization, { allowed: true }>;

/** A proxy's client waits as long as this decision does. */
const patienceMs = 250;

/**
 * Forward auth: answers a proxy whether a request may pass. Whatever goes wrong or takes more than 250 ms is a no (503). A yes carries who it
 * is for in headers, which the proxy hands on to the service.
 */
export function makeAuthorizeDoor(deps: Deps): AuthorizeDoor {
  const gate = gateDeps(deps),
    begun = new WeakMap<IncomingMessage, Begun>();
  const begin: AuthorizeDoor["begin"] = (request) => {
    const service = likelyService(request.url ?? "/"),
      policy = service === null ? null : findServicePolicy(gate, service);
    // Whoever asks for it hears of its failure.
    policy?.catch(() => {});
    begun.set(request, { at: performance.now(), service, policy });
  };
  const answer: AuthorizeDoor["answer"] = (request, response, context) => {
    const early = begun.get(request),
      spent = early === undefined ? 0 : performance.now() - early.at;
    let answered = false;
    const once = (answer: () => void): boolean => {
      if (answered) return false;
      answered = true;
      cancel();
      answer();
      return true;
    };
    const cancel = setDeadline(patienceMs - spent, () =>
      once(() => sendNo(response, late, context.requestId)),
    );
    decide(gate, deps, request, context, early).then(
      (outcome) => {
        const heard = once(() =>
          outcome.allowed
            ? sendYes(response, outcome, context.requestId)
            : sendNo(response, outcome, context.requestId),
        );
        // The record says yes and nobody heard it: that is said there, too.
        if (!heard && outcome.allowed) void outcome.takeBack();
      },
      (error: unknown) => once(() => sendNo(response, noOf(error), context.requestId)),
    );
  };
  return { begin, answer };
}

async function decide(
  gate: Deps,
  patient: Deps,
  request: IncomingMessage,
  context: DoorContext,
  early: Begun | undefined,
): Promise<Authorization> {
  const { proxy, decision, asked } = context,
    from = actorRequestOf(request, context),
    url = request.url ?? "/";
  if (proxy === null)
    return refuseAsker(gate, askerOf(context, from), {
      method: request.method ?? "GET",
      path: url.split("?", 1)[0]!,
    });
  const service = askedService(proxy.kind, url),
    policy = service !== null && service === early?.service ? early.policy : null;
  return authorizeRequest(gate, {
    service,
    policy,
    proxy,
    certificate: decision ?? missingCertificate(),
    asked,
    from,
    patient,
  });
}

function askerOf({ decision }: DoorContext, from: ReturnType<typeof actorRequestOf>): Actor {
  const refusal = decision ?? missingCertificate();
  return refusal.accepted ? actorOfPeer(refusal.peer, from) : actorOfRefused(refusal, from);
}

type No = Readonly<{ status: number; code: string; title: string; detail: string }>;

const late: No = {
  status: 503,
  code: "authorize.late",
  title: "No decision in time",
  detail:
    "Whether this is allowed could not be decided and recorded in time, so it is not. Try again in a moment.",
};

function noOf(error: unknown): No {
  if (!isAppError(error)) return { ...late, code: "authorize.unavailable", title: "No decision" };
  return error.kind === "forbidden"
    ? { status: 403, code: error.code, title: "You are no proxy here", detail: error.message }
    : { status: 503, code: error.code, title: "No decision", detail: error.message };
}

function sendNo(
  response: ServerResponse,
  { status, code, title, detail }: No,
  requestId: string,
): void {
  const challenge =
    status === 401
      ? { "www-authenticate": 'ClientCertificate realm="Chancery"' }
      : status === 503
        ? { "retry-after": "1" }
        : {};
  sendProblem(response, {
    status,
    code,
    title,
    detail,
    requestId,
    headers: { "x-chancery-reason": code, "x-chancery-request": requestId, ...challenge },
  });
}

const odd = /[^\x21-\x24\x26-\x7e]/,
  everyOdd = /[^\x21-\x24\x26-\x7e]/g;
const escaped = (byte: string): string =>
  `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;

/** A header's value that every server reads alike: visible ASCII, and everything else (the percent sign, too) as percent-encoded UTF-8. */
const plain = (text: string): string =>
  odd.test(text)
    ? Buffer.from(text, "utf8").toString("latin1").replaceAll(everyOdd, escaped)
    : text;

function sendYes(response: ServerResponse, { peer, rule, entryId }: Yes, requestId: string): void {
  response.writeHead(200, {
    "content-length": "0",
    "cache-control": "no-store",
    "x-chancery-identity": plain(peer.identity.name),
    "x-chancery-identity-id": peer.identity.id,
    "x-chancery-identity-kind": peer.identity.kind,
    "x-chancery-certificate": peer.certificateId,
    "x-chancery-serial": peer.serial,
    "x-chancery-fingerprint": peer.fingerprintSha256,
    "x-chancery-profile": peer.profile,
    "x-chancery-rule": plain(rule),
    "x-chancery-entry": entryId,
    "x-chancery-request": requestId,
  });
  response.end();
}

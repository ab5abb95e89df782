import type { IncomingMessage } from "node:http";
import type { AnyActor } from "@/lib/access/actor";
import { listCaCertificates } from "@/lib/authorities/list-ca-certificates";
import { actorOfPeer } from "@/lib/client-auth/certificate-actor";
import { authenticateSecret, isBasic } from "@/lib/enrollment/authenticate-secret";
import { AppError } from "@/lib/errors/app-error";
import { csrAttributes } from "@/lib/est/csr-attributes";
import { enroll } from "@/lib/est/enroll";
import { findLabel } from "@/lib/est/find-label";
import { reenroll } from "@/lib/est/reenroll";
import { fromPem } from "@/lib/pki/pem";
import { type GatewayDeps, withDeadline } from "@/lib/runtime/gateway-deps";
import { actorRequestOf } from "@/server/http/actor-request";
import type { RequestContext } from "@/server/http/request-context";
import {
  attributes,
  caCertificates,
  type EstAnswer,
  issuedCertificate,
  noAttributes,
} from "./answer";
import type { OperationName } from "./find-operation";
import { readCsr } from "./read-csr";

/** One request to the EST server. */
export type EstCall = Readonly<{
  deps: GatewayDeps;
  request: IncomingMessage;
  context: RequestContext;
  /** The slug of a profile; null for none. */
  label: string | null;
  /** Set once the request proved a credential, so that its refusals are recorded as its own. */
  caller: { actor: AnyActor | null };
}>;
type Operation = Readonly<{
  methods: readonly string[];
  run: (call: EstCall) => Promise<EstAnswer>;
}>;

/** The CAs of a profile, or of all profiles: what the client has to trust, with the root. */
async function cacerts({ deps, label }: EstCall): Promise<EstAnswer> {
  const profile = label === null ? null : await findLabel(deps, label);
  return caCertificates(await listCaCertificates(deps, profile && profile.authorityId));
}

async function csrattrs({ deps, label }: EstCall): Promise<EstAnswer> {
  if (label === null) return noAttributes;
  return attributes(csrAttributes((await findLabel(deps, label)).rules.keyAlgorithms));
}

const enrolling =
  (work: typeof enroll): Operation["run"] =>
  async (call) => {
    const { deps, label, request, caller } = call;
    if (label !== null) await findLabel(deps, label);
    const actor = await authenticate(call);
    caller.actor = actor;
    const csr = await readCsr(request);
    const { result } = await work(deps, actor, { label, csr });
    const [der] = fromPem(result.pem ?? "");
    if (der === undefined) throw new Error("unreachable: an issued certificate has its PEM");
    return issuedCertificate(der);
  };

/**
 * The enrollment secret of a request, or else the client certificate of its connection. The gateway
 * has refused certificates that don't count. Errors: `unauthenticated`, those of a secret.
 */
async function authenticate({ deps, request, context }: EstCall): Promise<AnyActor> {
  const { authorization } = request.headers;
  const actorRequest = actorRequestOf(request, context);
  const { decision } = context;
  if (isBasic(authorization))
    return authenticateSecret(withDeadline(deps), authorization, actorRequest);
  if (authorization === undefined && decision?.accepted === true)
    return actorOfPeer(decision.peer, actorRequest);
  throw new AppError(
    "unauthenticated",
    "Enroll with an enrollment secret over HTTP Basic (its ID as the user, the secret as the password), or with a client certificate on the mTLS port.",
    { cause: authorization === undefined ? "no credential" : "another kind of credential" },
  );
}

export const operations: Readonly<Record<OperationName, Operation>> = {
  cacerts: { methods: ["GET", "HEAD"], run: cacerts },
  csrattrs: { methods: ["GET", "HEAD"], run: csrattrs },
  simpleenroll: { methods: ["POST"], run: enrolling(enroll) },
  simplereenroll: { methods: ["POST"], run: enrolling(reenroll) },
};

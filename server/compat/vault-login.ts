import type { Actor } from "@/lib/access/actor";
import { createLogin, type CreatedLogin } from "@/lib/compat/create-login";
import { AppError } from "@/lib/errors/app-error";
import { withDeadline } from "@/lib/runtime/gateway-deps";
import { authenticateToken } from "@/lib/tokens/authenticate-token";
import { actorRequestOf } from "@/server/http/actor-request";
import { assertMaySeeSecret, certificateCaller, onConnection } from "./authenticate";
import type { CompatAnswer } from "./answer";
import type { Requested } from "./compat-call";
import { badRequest, type Fields, readFields, textField, unknownFields } from "./read-fields";
import { vaultAnswer } from "./vault-answers";

/** The mount at which a client certificate logs in; every other one is AppRole's. */
const certificateMount = "cert";

/** `auth/{mount}/login`: a short-lived token for the holder of a credential of an identity. */
export async function logIn(requested: Requested, mount: string): Promise<CompatAnswer> {
  const { request, context, caller } = requested;
  // Besides, a token would pass for one that a foreign page can't know, next to the certificate.
  for (const name of ["X-Vault-Token", "Authorization"])
    if (request.headers[name.toLowerCase()] !== undefined)
      throw badRequest(`A login takes no ${name}: tokens make no other tokens here.`);
  const actor =
    mount === certificateMount ? await withCertificate(requested) : await withAppRole(requested);
  caller.actor = actor;
  const { result } = await createLogin(requested.deps, actor);
  return vaultAnswer(context.requestId, { auth: authOf(result) });
}

const policies = ["service"] as const;

const authOf = ({ id, secret, identity, createdAt, expiresAt }: CreatedLogin): unknown => ({
  client_token: secret,
  accessor: id,
  policies,
  token_policies: policies,
  metadata: { identity: identity.name },
  lease_duration: Math.max(1, Math.floor((expiresAt.getTime() - createdAt.getTime()) / 1000)),
  renewable: false,
  entity_id: identity.id,
  token_type: "service",
  orphan: true,
  mfa_requirement: null,
  num_uses: 0,
});

/** The certificate of the connection. `name`, if there is one, is that of its identity. */
async function withCertificate(requested: Requested): Promise<Actor> {
  const actor = certificateCaller(requested);
  if (actor === null)
    throw new AppError(
      "unauthenticated",
      "Connect to the mTLS port with a client certificate to log in with it.",
      { cause: "no credential" },
    );
  const fields = await readFields(requested.request);
  assertKnown(fields, ["name"]);
  const name = textField(fields, "name");
  if (name !== "" && name !== actor.label && name !== actor.identityId)
    throw badRequest(
      "name isn't the identity of this certificate. Send its name or ID, or leave it out.",
    );
  return actor;
}

/** The ID of an identity and one of its service tokens. */
async function withAppRole(requested: Requested): Promise<Actor> {
  const { deps, request, context, caller } = requested;
  const fields = await readFields(request);
  if (textField(fields, "jwt") !== "")
    throw badRequest("Logins with a JWT aren't offered. Use AppRole or a client certificate.");
  assertKnown(fields, ["role_id", "secret_id"]);
  const roleId = textField(fields, "role_id");
  const secretId = textField(fields, "secret_id");
  if (roleId === "" || secretId === "")
    throw badRequest(
      "Send role_id, the ID of an identity, and secret_id, one of its service tokens.",
    );
  assertMaySeeSecret(context);
  const actorRequest = actorRequestOf(request, context);
  const found = await authenticateToken(withDeadline(deps), secretId, actorRequest);
  const isOwn = found.actor?.role === "service" && found.actor.identityId === roleId;
  if (found.actor !== null && isOwn) return onConnection(context, found.actor);
  caller.isKnown = found.actor !== null || found.tokenId !== null;
  throw new AppError("unauthenticated", "invalid role or secret ID", {
    cause: reasonOf(found),
  });
}

function reasonOf(found: Awaited<ReturnType<typeof authenticateToken>>): string {
  if (found.actor !== null) return `role_id is not the identity of ${found.actor.id ?? ""}`;
  return found.tokenId === null ? found.reason : `${found.reason} ${found.tokenId}`;
}

function assertKnown(fields: Fields, names: readonly string[]): void {
  const unknown = unknownFields(fields, new Set(names));
  if (unknown.length > 0) throw badRequest(`These fields aren't offered: ${unknown.join(", ")}.`);
}

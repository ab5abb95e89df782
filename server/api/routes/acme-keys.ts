import { createAcmeKey } from "@/lib/acme/create-acme-key";
import { listAcmeKeys } from "@/lib/acme/read-acme-keys";
import { revokeAcmeKey } from "@/lib/acme/revoke-acme-key";
import { acmeKeyInput, acmeKeyRevocation, type AcmeKeyDto } from "@/lib/acme/schema";
import { defineRecordedRoute, defineRoute, idParams } from "@/server/api/define-route";
import { acmeKey, createdAcmeKey } from "@/server/api/schemas/acme";
import { pageOf } from "@/server/api/schemas/common";

const common = { tag: "Enrollment", reads: "identity.read" } as const;
const target = ({ id }: Pick<AcmeKeyDto, "id">) => ({ kind: "acme-key", id, label: id });

export const acmeKeyRoutes = [
  defineRoute({
    ...common,
    method: "get",
    path: "/identities/{id}/acme-keys",
    permission: "tokens.read",
    summary: "List the ACME keys of an identity",
    params: idParams,
    response: pageOf(acmeKey),
    handle: (deps, actor, { params }) => listAcmeKeys(deps, actor, params.id),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/identities/{id}/acme-keys",
    permission: "tokens.write",
    summary: "Create an ACME key for an identity",
    description:
      "Machines create ACME accounts for the identity with it (external account binding), and get certificates for names that the identity holds without a challenge. The HMAC key is returned only in this response.",
    params: idParams,
    body: acmeKeyInput,
    bodyOptional: true,
    status: 201,
    response: createdAcmeKey,
    target,
    secrets: ["hmacKey"],
    handle: (deps, actor, { params, body }) => createAcmeKey(deps, actor, params.id, body),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/acme-keys/{id}/revoke",
    permission: "tokens.write",
    summary: "Revoke an ACME key",
    description:
      "Takes effect at once and can't be undone. Accounts that were created with it can't do anything from then on; certificates stay valid.",
    params: idParams,
    body: acmeKeyRevocation,
    bodyOptional: true,
    response: acmeKey,
    target,
    handle: (deps, actor, { params, body }) => revokeAcmeKey(deps, actor, params.id, body.comment),
  }),
];

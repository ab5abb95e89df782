import { createEnrollmentSecret } from "@/lib/enrollment/create-enrollment-secret";
import { listEnrollmentSecrets } from "@/lib/enrollment/read-enrollment-secrets";
import { revokeEnrollmentSecret } from "@/lib/enrollment/revoke-enrollment-secret";
import {
  enrollmentSecretInput,
  secretRevocation,
  type EnrollmentSecretDto,
} from "@/lib/enrollment/schema";
import { defineRecordedRoute, defineRoute, idParams } from "@/server/api/define-route";
import { pageOf } from "@/server/api/schemas/common";
import { createdEnrollmentSecret, enrollmentSecret } from "@/server/api/schemas/enrollment";

const common = { tag: "Enrollment", reads: "identity.read" } as const;
const target = ({ id }: Pick<EnrollmentSecretDto, "id">) => ({
  kind: "enrollment-secret",
  id,
  label: id,
});

export const enrollmentSecretRoutes = [
  defineRoute({
    ...common,
    method: "get",
    path: "/identities/{id}/enrollment-secrets",
    permission: "identities.read",
    summary: "List the enrollment secrets of an identity",
    params: idParams,
    response: pageOf(enrollmentSecret),
    handle: (deps, actor, { params }) => listEnrollmentSecrets(deps, actor, params.id),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/identities/{id}/enrollment-secrets",
    permission: "identities.write",
    summary: "Create an enrollment secret for an identity",
    description:
      "A machine gets a certificate with it, over EST or with POST /certificates, for names that the identity holds; or an ACME account that orders certificates for them (external account binding). The secret and the HMAC key are returned only in this response.",
    params: idParams,
    body: enrollmentSecretInput,
    status: 201,
    response: createdEnrollmentSecret,
    target,
    secrets: ["secret", "hmacKey"],
    handle: (deps, actor, { params, body }) => createEnrollmentSecret(deps, actor, params.id, body),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/enrollment-secrets/{id}/revoke",
    permission: "identities.write",
    summary: "Revoke an enrollment secret",
    description:
      "Takes effect at once and can't be undone. ACME accounts that were created with it can't do anything from then on; certificates that were issued with it stay valid.",
    params: idParams,
    body: secretRevocation,
    bodyOptional: true,
    response: enrollmentSecret,
    target,
    handle: (deps, actor, { params, body }) =>
      revokeEnrollmentSecret(deps, actor, params.id, body.comment),
  }),
];

import { z } from "@hono/zod-openapi";
import { blockPublicKey } from "@/lib/certificates/block-key";
import { getCertificate } from "@/lib/certificates/get-certificate";
import { listCertificates } from "@/lib/certificates/list-certificates";
import { cancelRotationRequest } from "@/lib/certificates/cancel-rotation-request";
import { requestRotation } from "@/lib/certificates/request-rotation";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { issueInput, rotateInput } from "@/lib/certificates/request-schema";
import {
  blockKeyInput,
  cancelRotationRequestInput,
  certificateQuery,
  certificateStatuses,
  releaseInput,
  requestRotationInput,
  revokeInput,
} from "@/lib/certificates/schema";
import { listCustody } from "@/lib/custody/list-timeline";
import { issueBySecret } from "@/lib/enrollment/issue-by-secret";
import { exportResponse } from "@/lib/http/export-response";
import { exportCertificates } from "@/lib/inventory/export-certificates";
import { inventoryFormats } from "@/lib/inventory/types";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { previewCertificate } from "@/lib/issuing/preview-certificate";
import { resumeIssuance } from "@/lib/issuing/resume-issuance";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import { defineRoute, defineRecordedRoute, idParams } from "@/server/api/define-route";
import { entry } from "@/server/api/schemas/audit";
import {
  blockedKey,
  certificate,
  certificateItem,
  preview,
} from "@/server/api/schemas/certificate";
import { pageOf, twoWayPageOf } from "@/server/api/schemas/common";

/** What is in the first answer alone, and the password that a request for it has. */
const secrets = ["privateKeyPem", "privateKeyPkcs12", "password"];
const target = (row: Readonly<{ id: string; subject: string }>) => ({
  kind: "certificate",
  id: row.id,
  label: row.subject,
});
const common = { tag: "Certificates", reads: "certificate.read" } as const;
const anyId = "`{id}` is an id, a serial number in hexadecimal, or a SHA-256 fingerprint.";
const query = certificateQuery
  .omit({ state: true })
  .extend({ status: z.enum(certificateStatuses).optional() });

const reading = [
  defineRoute({
    ...common,
    method: "get",
    path: "/certificates",
    permission: "certificates.read",
    asserted: "allowed",
    summary: "List certificates",
    query,
    response: twoWayPageOf(certificateItem).extend({
      total: z.object({ count: z.number().int(), capped: z.boolean() }),
    }),
    handle: (deps, actor, { query: { status, ...rest } }) =>
      listCertificates(deps, actor, {
        ...rest,
        ...(status === undefined ? {} : { state: status }),
      }),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/certificates/export",
    permission: "certificates.read",
    summary: "Export the inventory of certificates",
    description:
      "Streams all certificates that match the filters as CSV or as one JSON array, each with its owner, key algorithm, whether Chancery made the private key (`serverKey`), expiration and last use. In CSV, what a spreadsheet would run is neutralized. The export is recorded.",
    query: query
      .omit({ cursor: true, limit: true, sort: true })
      .extend({ format: z.enum(inventoryFormats).default("csv") }),
    response: z.string(),
    mediaType: "text/csv",
    handle: async (deps, actor, { query: { format, status, ...filter } }) =>
      exportResponse(
        await exportCertificates(
          deps,
          actor,
          { ...filter, ...(status === undefined ? {} : { state: status }) },
          format,
        ),
        () => undefined,
      ),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/certificates/{id}",
    permission: "certificates.read",
    asserted: "allowed",
    summary: "Get a certificate",
    description: anyId,
    params: idParams,
    response: certificate,
    target,
    handle: (deps, actor, { params }) => getCertificate(deps, actor, params.id),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/certificates/{id}/custody",
    permission: "certificates.read",
    asserted: "allowed",
    summary: "Get a certificate's chain of custody",
    description: `All entries about it, oldest first. ${anyId}`,
    params: idParams,
    response: pageOf(entry),
    async handle(deps, actor, { params }) {
      const { items } = await listCustody(
        deps,
        actor,
        (await getCertificate(deps, actor, params.id)).id,
      );
      return { items, nextCursor: null };
    },
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/certificates/preview",
    permission: "certificates.issue",
    summary: "Preview a certificate",
    body: issueInput,
    response: preview,
    handle: (deps, actor, { body }) => previewCertificate(deps, actor, body),
  }),
];

const writing = [
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/certificates",
    permission: "certificates.issue",
    summary: "Issue a certificate",
    description:
      "From a CSR. Where the profile allows it, `key` instead of `csr` has Chancery make the private key, with the names in `sans` and `subject`: the first response has it, as PEM or, with a password, as PKCS#12, and nothing else ever does. The exact bytes to be signed are recorded before they are signed. If the request is rejected, `errors` lists every reason. Besides a token or a client certificate, an enrollment secret of the identity is accepted over HTTP Basic (its ID as the user, the secret as the password), for names that the identity holds.",
    enrollment: "allowed",
    body: issueInput,
    status: 201,
    response: certificate,
    secrets,
    target,
    handle: (deps, actor, { body }) =>
      actor.kind === "enrollment-secret"
        ? issueBySecret(deps, actor, body, "api")
        : issueCertificate(deps, actor, body),
    recover: resumeIssuance,
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/certificates/{id}/rotate",
    permission: "certificates.rotate",
    summary: "Rotate a certificate",
    description: `Issues a successor with a new key: that of a CSR, or, where the profile allows it, one that Chancery makes for the names of the predecessor (\`key\`). The predecessor is revoked as superseded, at once or after the overlap. ${anyId}`,
    params: idParams,
    body: rotateInput,
    status: 201,
    response: certificate,
    secrets,
    target,
    handle: (deps, actor, { params, body }) => rotateCertificate(deps, actor, params.id, body),
    recover: resumeIssuance,
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/certificates/{id}/request-rotation",
    permission: "certificates.rotate",
    summary: "Request the rotation of a certificate",
    description: `For staff. The holder is to replace the certificate by \`replaceBy\`: in a week if absent, and at most when the certificate expires. Renewal information tells ACME clients to renew from now on until then; other holders find the request with the certificate, as \`rotationRequest\`. Nothing is revoked. An earlier date replaces that of an earlier request. ${anyId}`,
    params: idParams,
    body: requestRotationInput,
    bodyOptional: true,
    response: certificate,
    target,
    handle: (deps, actor, { params, body }) => requestRotation(deps, actor, params.id, body),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/certificates/{id}/cancel-rotation-request",
    permission: "certificates.rotate",
    summary: "Withdraw the request to rotate a certificate",
    description: `For staff. ${anyId}`,
    params: idParams,
    body: cancelRotationRequestInput,
    bodyOptional: true,
    response: certificate,
    target,
    handle: (deps, actor, { params, body }) => cancelRotationRequest(deps, actor, params.id, body),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/certificates/{id}/revoke",
    permission: "certificates.revoke",
    asserted: "allowed",
    summary: "Revoke a certificate",
    description: `Revoking again is not an error: the date never changes, and the reason can only be changed to keyCompromise. certificateHold puts the certificate on hold, which can be released. A certificate that is pending or failed can be revoked too; CRL and OCSP then report its serial number, and a signature that arrives later changes nothing. While the log is halted certificates can still be revoked and put on hold. ${anyId}`,
    params: idParams,
    body: revokeInput,
    response: certificate,
    target,
    handle: (deps, actor, { params, body }) => revokeCertificate(deps, actor, params.id, body),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/certificates/{id}/release",
    permission: "certificates.revoke",
    summary: "Release a certificate from hold",
    description: anyId,
    params: idParams,
    body: releaseInput,
    bodyOptional: true,
    response: certificate,
    target,
    handle: (deps, actor, { params, body }) => releaseCertificate(deps, actor, params.id, body),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/blocked-keys",
    permission: "certificates.revoke",
    summary: "Block a public key",
    description:
      "For a key that leaked before a certificate was requested for it: no certificate is issued for it from then on, over any protocol, and that can't be undone. A key that has certificates is blocked by revoking one of them for key compromise.",
    body: blockKeyInput,
    status: 201,
    response: blockedKey,
    target: ({ keySha256 }) => ({ kind: "key", id: keySha256, label: keySha256 }),
    handle: (deps, actor, { body }) => blockPublicKey(deps, actor, body),
  }),
];

export const certificateRoutes = [...reading, ...writing];

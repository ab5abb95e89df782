import { z } from "@hono/zod-openapi";
import { getCertificate } from "@/lib/certificates/get-certificate";
import { issueCertificate } from "@/lib/certificates/issue-certificate";
import { listCertificates } from "@/lib/certificates/list-certificates";
import { previewCertificate } from "@/lib/certificates/preview-certificate";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { rotateCertificate } from "@/lib/certificates/rotate-certificate";
import {
  certificateQuery,
  certificateStatuses,
  issueInput,
  releaseInput,
  revokeInput,
  rotateInput,
} from "@/lib/certificates/schema";
import { listCustody } from "@/lib/log/custody";
import { defineRoute, idParams } from "@/server/api/define-route";
import { entry } from "@/server/api/schemas/audit";
import { certificate, certificateItem, preview } from "@/server/api/schemas/certificate";
import { pageOf } from "@/server/api/schemas/common";

const target = (row: Readonly<{ id: string; subject: string }>) => ({
  kind: "certificate",
  id: row.id,
  label: row.subject,
});
const common = { tag: "Certificates", reads: "certificate.read" } as const;
const anyId = "`{id}` is an id, a serial in hex or a SHA-256 fingerprint.";
const query = certificateQuery
  .omit({ state: true })
  .extend({ status: z.enum(certificateStatuses).optional() });

const reading = [
  defineRoute({
    ...common,
    method: "get",
    path: "/certificates",
    permission: "certificates.read",
    summary: "List certificates",
    query,
    response: pageOf(certificateItem).extend({
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
    path: "/certificates/{id}",
    permission: "certificates.read",
    summary: "Read a certificate",
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
    summary: "Read a certificate's whole recorded life",
    description: `Every entry about it, oldest first. ${anyId}`,
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
    summary: "Show what would be issued, and sign nothing",
    body: issueInput,
    response: preview,
    handle: (deps, actor, { body }) => previewCertificate(deps, actor, body),
  }),
];

const writing = [
  defineRoute({
    ...common,
    method: "post",
    path: "/certificates",
    permission: "certificates.issue",
    summary: "Issue a certificate from a signing request",
    description:
      "The plan is on the record before anything is signed. A refusal names every reason at once.",
    body: issueInput,
    status: 201,
    response: certificate,
    target,
    handle: (deps, actor, { body }) => issueCertificate(deps, actor, body),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/certificates/{id}/rotate",
    permission: "certificates.rotate",
    summary: "Issue a successor with a new key",
    description: `The predecessor is revoked as superseded, now or after the overlap. ${anyId}`,
    params: idParams,
    body: rotateInput,
    status: 201,
    response: certificate,
    target,
    handle: (deps, actor, { params, body }) => rotateCertificate(deps, actor, params.id, body),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/certificates/{id}/revoke",
    permission: "certificates.revoke",
    summary: "Revoke a certificate",
    description: `Again is no error: the date is never rewritten, and a reason is only raised to keyCompromise. certificateHold can be released. ${anyId}`,
    params: idParams,
    body: revokeInput,
    response: certificate,
    target,
    handle: (deps, actor, { params, body }) => revokeCertificate(deps, actor, params.id, body),
  }),
  defineRoute({
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
];

export const certificateRoutes = [...reading, ...writing];

import { z } from "@hono/zod-openapi";
import { cancelBulkAct } from "@/lib/bulk/cancel-bulk-act";
import { exportBulkReport } from "@/lib/bulk/export-bulk-report";
import { previewBulkAct } from "@/lib/bulk/preview-bulk-act";
import { getBulkAct, listBulkActs } from "@/lib/bulk/read-bulk-acts";
import { previewBulkIssue } from "@/lib/bulk/preview-bulk-issue";
import {
  type BulkDto,
  bulkInput,
  bulkIssueInput,
  bulkQuery,
  startBulkInput,
  startBulkIssueInput,
} from "@/lib/bulk/schema";
import { startBulkAct } from "@/lib/bulk/start-bulk-act";
import { startBulkIssue } from "@/lib/bulk/start-bulk-issue";
import { exportResponse } from "@/lib/http/export-response";
import { defineRecordedRoute, defineRoute, idParams } from "@/server/api/define-route";
import { bulkAct, bulkIssuePreview, bulkPreview } from "@/server/api/schemas/bulk";
import { pageOf } from "@/server/api/schemas/common";

const target = (row: Pick<BulkDto, "id" | "act">) => ({ kind: "bulk", id: row.id, label: row.act });
const common = { tag: "Bulk actions", reads: "bulk.read" } as const;

export const bulkRoutes = [
  defineRoute({
    ...common,
    method: "get",
    path: "/bulk-acts",
    permission: "certificates.read",
    summary: "List bulk actions",
    description: "Newest first.",
    query: bulkQuery,
    response: pageOf(bulkAct),
    handle: (deps, actor, { query }) => listBulkActs(deps, actor, query),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/bulk-acts/preview",
    permission: "certificates.revoke",
    summary: "Dry-run a bulk action",
    description:
      "Counts the certificates, identities or alerts that would be changed, those that would not and why, and who used them in the last 24 hours. Chancery's own certificates and identities are always left out. Nothing is changed. Send `count` and `sha256` as `expect` to start exactly this.",
    body: bulkInput,
    response: bulkPreview,
    handle: (deps, actor, { body }) => previewBulkAct(deps, actor, body),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/bulk-acts",
    permission: "certificates.revoke",
    summary: "Start a bulk action",
    description:
      "Revokes, holds or releases up to 10,000 certificates, or requests their rotation, chosen by `ids`, by a `filter` with the `count` that its list showed, or by their `identities`; or suspends, activates or assigns up to 10,000 identities, chosen by `identities` or by an `identityFilter` with its `count`; or acknowledges, assigns or resolves up to 10,000 alerts, chosen by `alerts` or by an `alertFilter` with its `count`. `expect` is what a dry run counted: if the items or their states have changed since, nothing is started. Each is changed in the caller's name and has its own entry, and one that changed after the start is left alone. Ends early if the caller's account or token no longer counts. Read it again by its ID until `status` is not `running`.",
    body: startBulkInput,
    status: 201,
    response: bulkAct,
    target,
    handle: (deps, actor, { body }) => startBulkAct(deps, actor, body),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/bulk-issues/preview",
    permission: "certificates.issue",
    summary: "Dry-run a bulk issue",
    description:
      "What would be issued for each of up to 500 CSRs, or why not, in the order of the rows. Nothing is issued, and no name is added. Send `count` and `sha256` as `expect` to start exactly this.",
    body: bulkIssueInput,
    response: bulkIssuePreview,
    handle: (deps, actor, { body }) => previewBulkIssue(deps, actor, body),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/bulk-issues",
    permission: "certificates.issue",
    summary: "Start a bulk issue",
    description:
      "Issues a certificate for each row that its dry run accepted, in the caller's name and with its own entry; rows that it refused are left out. If a certificate would differ from what the dry run showed, it is not issued. From then on it is a bulk action: read it by its ID until `status` is not `running`; its report names each certificate.",
    body: startBulkIssueInput,
    status: 201,
    response: bulkAct,
    target,
    handle: (deps, actor, { body }) => startBulkIssue(deps, actor, body),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/bulk-acts/{id}",
    permission: "certificates.read",
    summary: "Get a bulk action",
    description: "Its progress, and its figures once it has ended.",
    params: idParams,
    response: bulkAct,
    target,
    handle: (deps, actor, { params }) => getBulkAct(deps, actor, params.id),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/bulk-acts/{id}/report",
    permission: "certificates.read",
    summary: "Download the report of a bulk action",
    description:
      "CSV with a line for each certificate, identity or alert: what became of it, why, and its entry.",
    params: idParams,
    response: z.string(),
    mediaType: "text/csv",
    handle: async (deps, actor, { params }) =>
      exportResponse(await exportBulkReport(deps, actor, params.id), () => undefined),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/bulk-acts/{id}/cancel",
    permission: "certificates.revoke",
    summary: "Cancel a bulk action",
    description: "Nothing further is changed. What was changed stays so.",
    params: idParams,
    response: bulkAct,
    target,
    handle: (deps, actor, { params }) => cancelBulkAct(deps, actor, params.id),
  }),
];

import { z } from "@hono/zod-openapi";
import type { Actor } from "@/lib/access/actor";
import { anchorQuery, getAnchor, listAnchors } from "@/lib/log/anchor/read-anchors";
import { getLogState } from "@/lib/log/live/get-log-state";
import { getProofFile } from "@/lib/log/prove/get-proof-file";
import { getConsistencyProof, getInclusionProof } from "@/lib/log/prove/get-tree-proofs";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { Deps } from "@/lib/runtime/deps";
import { defineRoute, idParams } from "@/server/api/define-route";
import { pageOf } from "@/server/api/schemas/common";
import { anchor, consistencyProof, inclusionProof, logState } from "@/server/api/schemas/proofs";

const common = {
  tag: "Audit",
  reads: "log.read",
  method: "get",
  permission: "audit.read",
} as const;
const size = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const anchorParams = z.strictObject({ size }),
  anchorOf = z.strictObject({
    origin: z.string().max(300).optional(),
    authority: z.string().max(300).optional(),
  });

export const auditProofRoutes = [
  defineRoute({
    ...common,
    path: "/audit/log",
    summary: "Get the state of the log",
    response: logState,
    description:
      "Size, newest checkpoint and its trust level, witnesses, time stamps, sources, the last full verification, and, if the log is halted, why. Earlier logs that it continues are listed with their last checkpoints.",
    handle: (deps, actor) => getLogState(deps, actor),
  }),
  defineRoute({
    ...common,
    path: "/audit/proofs/inclusion",
    summary: "Prove that an entry is in the log",
    response: inclusionProof,
    description: "`entry` is a number or an id. `size` defaults to that of the newest checkpoint.",
    query: z.strictObject({ entry: z.string().min(1).max(128), size: size.optional() }),
    handle: (deps, actor, { query }) => getInclusionProof(deps, actor, query),
  }),
  defineRoute({
    ...common,
    path: "/audit/proofs/consistency",
    summary: "Prove that the log is append-only",
    response: consistencyProof,
    description:
      "Proves that the tree of `to` entries (by default, of the newest checkpoint) extends the tree of `from` entries.",
    query: z.strictObject({ from: size, to: size.optional() }),
    handle: (deps, actor, { query }) => getConsistencyProof(deps, actor, query),
  }),
  defineRoute({
    ...common,
    path: "/audit/events/{id}/proof",
    summary: "Download the proof of an entry",
    response: z.string(),
    mediaType: "text/plain",
    params: idParams,
    description:
      "A C2SP tlog-proof file, which can be verified offline with `chancery verify` or any tool that supports the format. `{id}` is a number or an id.",
    handle: async (deps, actor, { params: { id } }) => {
      const file = await getProofFile(deps, actor, id);
      return sendFile(deps, actor, `/audit/events/${id}/proof`, {
        body: file,
        type: "text/plain; charset=utf-8",
        name: `entry-${id}.tlog-proof`,
      });
    },
  }),
  defineRoute({
    ...common,
    path: "/audit/anchors",
    summary: "List time stamps of checkpoints",
    query: anchorQuery.strict(),
    response: pageOf(anchor),
    handle: (deps, actor, { query }) => listAnchors(deps, actor, query),
  }),
  defineRoute({
    ...common,
    path: "/audit/anchors/{size}",
    summary: "Download a time stamp",
    params: anchorParams,
    query: anchorOf,
    response: z.string(),
    mediaType: "application/timestamp-reply",
    description:
      "An RFC 3161 time stamp (.tsr, DER) of the bytes at `/audit/anchors/{size}/text`: `openssl ts -verify -data checkpoint.txt -in checkpoint.tsr -CAfile ca.pem`.",
    handle: async (deps, actor, { params, query }) => {
      const { reply } = await getAnchor(deps, actor, { ...params, ...query });
      return sendFile(deps, actor, `/audit/anchors/${params.size}`, {
        body: reply,
        type: "application/timestamp-reply",
        name: `checkpoint-${params.size}.tsr`,
      });
    },
  }),
  defineRoute({
    ...common,
    path: "/audit/anchors/{size}/text",
    summary: "Download the time-stamped text",
    params: anchorParams,
    query: anchorOf,
    response: z.string(),
    mediaType: "text/plain",
    description: "The checkpoint without its signatures, byte for byte.",
    handle: async (deps, actor, { params, query }) => {
      const { text } = await getAnchor(deps, actor, { ...params, ...query });
      return sendFile(deps, actor, `/audit/anchors/${params.size}/text`, {
        body: text,
        type: "text/plain; charset=utf-8",
        name: `checkpoint-${params.size}.txt`,
      });
    },
  }),
];

/** Sends a file once its download is recorded. */
async function sendFile(
  deps: Pick<Deps, "recorder">,
  actor: Actor,
  path: string,
  { body, type, name }: Readonly<{ body: string | Uint8Array; type: string; name: string }>,
): Promise<Response> {
  await recordEntry(deps.recorder, actor, {
    action: "log.read",
    outcome: "success",
    target: null,
    details: { method: "GET", path: `/api/v1${path}`, status: 200 },
  });
  const headers = {
    "Content-Type": type,
    "Content-Disposition": `attachment; filename="${name.replaceAll(/[^\w.-]/g, "_")}"`,
    "Cache-Control": "no-store",
  };
  return new Response(typeof body === "string" ? body : Uint8Array.from(body), { headers });
}

import { z } from "@hono/zod-openapi";
import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { anchorQuery, getAnchor, listAnchors } from "@/lib/log/anchor/list-anchors";
import { getLogState } from "@/lib/log/get-log-state";
import { makeEntryProofFile } from "@/lib/log/make-entry-proof-file";
import { consistency, inclusion } from "@/lib/log/prove";
import { recordEntry } from "@/lib/log/record";
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
    summary: "How the log stands",
    response: logState,
    description:
      "Its size, the newest checkpoint and how far it can be trusted, witnesses, time stamps, sources, the last full verification, and why it stands still if it does. The logs before a continuation are listed with their last checkpoints.",
    handle: (deps, actor) => getLogState(deps, actor),
  }),
  defineRoute({
    ...common,
    path: "/audit/proofs/inclusion",
    summary: "Prove that an entry is in the log",
    response: inclusionProof,
    description: "`entry` is a number or an id; `size` that of the newest checkpoint unless given.",
    query: z.strictObject({ entry: z.string().min(1).max(128), size: size.optional() }),
    handle: (deps, actor, { query }) => inclusion(deps, actor, query),
  }),
  defineRoute({
    ...common,
    path: "/audit/proofs/consistency",
    summary: "Prove that the log only grew",
    response: consistencyProof,
    description:
      "That the tree of `to` entries (the newest checkpoint's unless given) begins with the tree of `from` entries.",
    query: z.strictObject({ from: size, to: size.optional() }),
    handle: (deps, actor, { query }) => consistency(deps, actor, query),
  }),
  defineRoute({
    ...common,
    path: "/audit/events/{id}/proof",
    summary: "The proof of an entry as a file",
    response: z.string(),
    mediaType: "text/plain",
    params: idParams,
    description:
      "C2SP tlog-proof: verifies without a network, with `chancery verify` or any tool that reads the format. `{id}` is a number or an id.",
    handle: async (deps, actor, { params: { id } }) => {
      const file = await makeEntryProofFile(deps, actor, id);
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
    summary: "A time stamp of a checkpoint",
    params: anchorParams,
    query: anchorOf,
    response: z.string(),
    mediaType: "application/timestamp-reply",
    description:
      "RFC 3161 (.tsr, DER) over the bytes at `/audit/anchors/{size}/text`: `openssl ts -verify -data checkpoint.txt -in checkpoint.tsr -CAfile ca.pem`.",
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
    summary: "What was time-stamped",
    params: anchorParams,
    query: anchorOf,
    response: z.string(),
    mediaType: "text/plain",
    description: "The checkpoint's text without its signatures, byte for byte.",
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

/** A file goes out after its read is on the record. */
async function sendFile(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
  path: string,
  { body, type, name }: Readonly<{ body: string | Uint8Array; type: string; name: string }>,
): Promise<Response> {
  await recordEntry(deps, actor, {
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

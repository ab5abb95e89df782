import { z } from "@hono/zod-openapi";
import { eventResponse } from "@/lib/http/event-response";
import { exportResponse } from "@/lib/http/export-response";
import { exportEntries } from "@/lib/log/export/export-entries";
import { exportFormats } from "@/lib/log/export/types";
import { getEntry } from "@/lib/log/get-entry";
import { entryQuery } from "@/lib/log/schema";
import { searchEntries } from "@/lib/log/search";
import { eventTexts, tailEntries } from "@/lib/log/tail";
import { defineRoute, idParams } from "@/server/api/define-route";
import { entry, entryDetail } from "@/server/api/schemas/audit";
import { pageOf } from "@/server/api/schemas/common";

const common = { tag: "Audit", reads: "audit.read" } as const;
const filters =
  "Filters: time (`from`, `to`), `actor`, `action` (whole, or `certificate.` for all of a noun), `outcome`, `target`, `certificate`, `serial`, `ip` (address or CIDR), `q` (words), `reads`.";

const exportQuery = entryQuery
  .omit({ cursor: true, limit: true, order: true })
  .extend({
    format: z.enum(exportFormats).default("jsonl"),
    checkpoint: z.coerce.number().int().min(0).optional(),
  });

const streamQuery = entryQuery
  .omit({ cursor: true, limit: true, order: true })
  .extend({ after: z.string().max(20).default("") });

export const auditRoutes = [
  defineRoute({
    ...common,
    method: "get",
    path: "/audit/events",
    permission: "audit.read",
    summary: "Search the log",
    description: `Oldest first unless \`order=desc\`. Waits until everything that was committed before the request is found. ${filters}`,
    query: entryQuery,
    response: pageOf(entry).extend({
      total: z.object({ count: z.number().int(), capped: z.boolean() }),
      reads: z.number().int(),
      indexedTo: z.number().int(),
      size: z.number().int(),
    }),
    handle: (deps, actor, { query }) =>
      searchEntries(deps, actor, { ...query, order: query.order || "asc" }),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/audit/events/{id}",
    permission: "audit.read",
    summary: "Read one entry",
    description: "By its number or id, with the exact bytes that are hashed.",
    params: idParams,
    response: entryDetail,
    target: (row) => ({ kind: "entry", id: row.id, label: `entry ${row.seq}` }),
    handle: (deps, actor, { params }) => getEntry(deps, actor, params.id),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/audit/export",
    permission: "audit.export",
    summary: "Export entries as JSON Lines, CSV, OCSF or CEF",
    description: `Streamed in the order of the log, each record with its number, its leaf hash and the checkpoint that it is under, and itself an entry. JSON Lines hold the proof that nothing was changed; for the others it is a file of its own: \`format=proof\` with the same filter and \`checkpoint\`, the size that the header Chancery-Export-Checkpoint names. \`chancery verify\` reads them. Chancery-Export-Count says how many entries come. ${filters}`,
    query: exportQuery,
    response: z.string(),
    mediaType: "application/jsonl",
    async handle(deps, actor, { query: { format, checkpoint, ...filter } }) {
      const stopping = new AbortController();
      return exportResponse(
        await exportEntries(deps, actor, filter, { format, checkpoint, signal: stopping.signal }),
        () => stopping.abort(),
      );
    },
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/audit/stream",
    permission: "audit.read",
    summary: "Follow the log as it grows",
    description: `Server-sent events: \`entry\` (data as in the list, id its number), \`at\` (nothing more matched up to its id; at least every ten seconds) and \`end\` (the credential does not count any more). After a lost connection send the last id as \`Last-Event-ID\`, or as \`after\`: nothing is left out and nothing comes twice. ${filters}`,
    query: streamQuery,
    response: z.string(),
    mediaType: "text/event-stream",
    async handle(
      deps,
      actor,
      { query: { after, ...filter }, request: { path, header, stillAllowed } },
    ) {
      const stopping = new AbortController();
      const events = await tailEntries(deps, actor, filter, {
        path,
        lastEventId: header("last-event-id") ?? after,
        mayGoOn: stillAllowed,
        signal: stopping.signal,
      });
      return eventResponse(eventTexts(events), () => stopping.abort());
    },
  }),
];

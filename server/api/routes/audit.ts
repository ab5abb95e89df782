import { z } from "@hono/zod-openapi";
import { exportEntries } from "@/lib/log/export";
import { getEntry } from "@/lib/log/get-entry";
import { entryQuery } from "@/lib/log/schema";
import { searchEntries } from "@/lib/log/search";
import { defineRoute, idParams } from "@/server/api/define-route";
import { streamText } from "@/server/api/stream-text";
import { entry, entryDetail } from "@/server/api/schemas/audit";
import { pageOf } from "@/server/api/schemas/common";

const common = { tag: "Audit", reads: "audit.read" } as const;
const filters = "Filters: time (`from`, `to`), `actor`, `action` (whole, or `certificate.` for all of a noun), `outcome`, `target`, `certificate`, `serial`, `ip` (address or CIDR), `q` (words), `reads`.";

const types = { jsonl: "application/jsonl; charset=utf-8", csv: "text/csv; charset=utf-8" } as const;
const exportQuery = entryQuery.omit({ cursor: true, limit: true, order: true }).extend({ format: z.enum(["jsonl", "csv"]).default("jsonl") });

export const auditRoutes = [
  defineRoute({
    ...common, method: "get", path: "/audit/events", permission: "audit.read", summary: "Search the log",
    description: `Oldest first unless \`order=desc\`. Waits until everything that was committed before the request is found. ${filters}`, query: entryQuery,
    response: pageOf(entry).extend({
      total: z.object({ count: z.number().int(), capped: z.boolean() }), reads: z.number().int(),
      indexedTo: z.number().int(), size: z.number().int(),
    }),
    handle: (deps, actor, { query }) => searchEntries(deps, actor, { ...query, order: query.order || "asc" }),
  }),
  defineRoute({
    ...common, method: "get", path: "/audit/events/{id}", permission: "audit.read", summary: "Read one entry", description: "By its number or id, with the exact bytes that are hashed.",
    params: idParams, response: entryDetail, target: (row) => ({ kind: "entry", id: row.id, label: `entry ${row.seq}` }),
    handle: (deps, actor, { params }) => getEntry(deps, actor, params.id),
  }),
  defineRoute({
    ...common, method: "get", path: "/audit/export", permission: "audit.export", summary: "Export entries as JSON Lines or CSV",
    description: `Streamed, each record with its number and leaf hash, and itself an entry. ${filters}`, query: exportQuery, response: z.string(), mediaType: "application/jsonl",
    async handle(deps, actor, { query: { format, ...filter } }) {
      const name = `chancery-log.${format}`;
      return streamText(exportEntries(deps, actor, filter, format), { "Content-Type": types[format], "Content-Disposition": `attachment; filename="${name}"`, "Cache-Control": "no-store" });
    },
  }),
];

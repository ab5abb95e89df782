import { z } from "@hono/zod-openapi";
import { eventResponse } from "@/lib/http/event-response";
import { exportResponse } from "@/lib/http/export-response";
import { exportEntries } from "@/lib/log/export/export-entries";
import { exportFormats } from "@/lib/log/export/types";
import { actionGroups } from "@/lib/log/action-names";
import { withoutPeriod } from "@/lib/log/period";
import { entryListQuery, entryQuery } from "@/lib/log/schema";
import { getEntryHistogram } from "@/lib/log/search/get-histogram";
import { getEntry } from "@/lib/log/search/get-entry";
import { searchEntries } from "@/lib/log/search/search-entries";
import { formatEvents, tailEntries } from "@/lib/log/search/tail-entries";
import { defineRoute, idParams } from "@/server/api/define-route";
import { actionGroup, entry, entryDetail, histogram } from "@/server/api/schemas/audit";
import { pageOf } from "@/server/api/schemas/common";

const common = { tag: "Audit", reads: "audit.read" } as const;
const filters =
  "Entries must match all filters: time (`from`, `to`), `actor`, `action` (an action, or a prefix such as `certificate.`), `outcome`, `target`, `certificate`, `serial` (in any notation), `ip` (address or network), `q` (words or their beginnings), `reads`.";
const period =
  "`period` (`24h`, `last-quarter` …) sets `from` and `to` by the clock of the server.";

const exportQuery = entryQuery.omit({ cursor: true, limit: true, order: true }).extend({
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
    summary: "Search the audit log",
    description: `Oldest first unless \`order=desc\`. Waits until everything committed before the request is searchable. Counts are exact up to 10,000. ${filters} ${period}`,
    query: entryListQuery,
    response: pageOf(entry).extend({
      total: z.object({ count: z.number().int(), capped: z.boolean() }),
      reads: z.number().int(),
      indexedTo: z.number().int(),
      size: z.number().int(),
      unreadable: z.number().int().openapi({
        description:
          "How many entries in the searched range can't be read, so that no filter can match them.",
      }),
    }),
    handle: (deps, actor, { query }) =>
      searchEntries(deps, actor, {
        ...withoutPeriod(query, deps.clock.now()),
        order: query.order || "asc",
      }),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/audit/histogram",
    permission: "audit.read",
    summary: "Count entries over time",
    description: `Counts all entries that match, by outcome, in at most 60 steps of equal length without gaps. ${filters} ${period}`,
    query: entryListQuery.omit({ cursor: true, limit: true, order: true }),
    response: histogram,
    handle: (deps, actor, { query }) =>
      getEntryHistogram(deps, actor, withoutPeriod(query, deps.clock.now())),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/audit/actions",
    permission: "audit.read",
    summary: "List the actions of entries",
    description:
      "Every value of the filter `action` with its name, by what the action is about. A value that ends with a dot means all actions of its group.",
    response: z.object({ groups: z.array(actionGroup) }),
    handle: () => Promise.resolve({ groups: [...actionGroups] }),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/audit/events/{id}",
    permission: "audit.read",
    summary: "Get an entry",
    description: "By number or id. Includes the exact bytes that are hashed.",
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
    description: `Streams entries in log order, each with its number, its leaf hash and the checkpoint that covers it. The export itself is recorded. JSON Lines include the proof that nothing was changed; for other formats, download it with \`format=proof\`, the same filters, and \`checkpoint\` set to the size in the header Chancery-Export-Checkpoint. \`chancery verify\` verifies both. Chancery-Export-Count is the number of entries. ${filters}`,
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
    summary: "Stream new entries",
    description: `Server-sent events: \`entry\` (an entry as in the list; the event id is its number), \`at\` (nothing else matched up to its id; sent at least every ten seconds) and \`end\` (the credential is no longer valid). To resume, send the last id as \`Last-Event-ID\` or \`after\`: no entry is skipped or repeated. ${filters}`,
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
        isStillAuthorized: stillAllowed,
        signal: stopping.signal,
      });
      return eventResponse(formatEvents(events), () => stopping.abort());
    },
  }),
];

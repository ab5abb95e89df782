import { z } from "@hono/zod-openapi";
import { reportEvents } from "@/lib/events/report-events";
import { eventBatch } from "@/lib/events/schema";
import { defineRecordedRoute } from "@/server/api/define-route";
import { entryId } from "@/server/api/schemas/common";

const description = [
  "A service reports its own actions, authenticated by its certificate on the mTLS port. Each event becomes an entry of the audit log, searchable within a second.",
  "The service numbers its events 1, 2, 3 … in each run (`boot`). Events that are sent again are not stored again, and a number that never arrives is reported as a gap once a heartbeat says that it should have.",
  "All or nothing: if one event is invalid, none is stored, and `errors` lists every problem with its path (`events.3.name`). 409 `event.differs` means that another event is stored under that number.",
  "503 with Retry-After means that nothing was stored: send the same batch again. At most 500 events and 1 MiB per request, 16 KiB per event.",
].join(" ");

export const auditEventRoutes = [
  defineRecordedRoute({
    tag: "Audit",
    reads: "audit.read",
    method: "post",
    path: "/audit/events",
    permission: "events.report",
    summary: "Report events of a service",
    description,
    body: eventBatch,
    response: z
      .object({
        accepted: z
          .number()
          .int()
          .openapi({ description: "How many events were new and have been recorded." }),
        duplicates: z.number().int().openapi({ description: "How many had been recorded before." }),
        entries: z
          .array(z.object({ seq: z.number().int(), entryId: z.string().nullable() }))
          .openapi({ description: "The entry of each number." }),
        missing: z.string().openapi({
          description: "Numbers below the highest that were never received, as at most 100 ranges.",
          example: "17-19,23",
        }),
        missingCount: z.number().int(),
        entryId,
      })
      .openapi("EventReport"),
    handle: (deps, actor, { body }) => reportEvents(deps, actor, body),
  }),
];

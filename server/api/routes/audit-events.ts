import { z } from "@hono/zod-openapi";
import { eventBatch } from "@/lib/events/schema";
import { reportEvents } from "@/lib/events/report-events";
import { defineRoute } from "@/server/api/define-route";
import { entryId } from "@/server/api/schemas/common";

const description = [
  "A service reports what it did, with its own certificate on the mTLS port; each event becomes an entry of the log under that certificate, found within a second.",
  "It numbers its events 1, 2, 3 … in each run (`boot`): sent again they are not stored again, and a number that never comes shows as a gap once a heartbeat says that it must have come.",
  "All or nothing: if one event is refused, none is stored, and `errors` names every mistake (`events.3.name`). 409 `event.differs`: something else is stored under that number.",
  "503 with Retry-After means that nothing was stored: send the same again. At most 500 events and 1 MiB at once, 16 KiB an event.",
].join(" ");

export const auditEventRoutes = [
  defineRoute({
    tag: "Audit",
    reads: "audit.read",
    method: "post",
    path: "/audit/events",
    permission: "events.report",
    summary: "Report what a service did",
    description,
    body: eventBatch,
    response: z
      .object({
        accepted: z
          .number()
          .int()
          .openapi({ description: "How many were new and are on the record now." }),
        duplicates: z.number().int().openapi({ description: "How many were there before." }),
        entries: z
          .array(z.object({ seq: z.number().int(), entryId: z.string().nullable() }))
          .openapi({ description: "The entry of each number; null if it was received weeks ago." }),
        missing: z
          .string()
          .openapi({
            description:
              "Numbers below the highest that were never received; at most a hundred ranges.",
            example: "17-19,23",
          }),
        missingCount: z.number().int(),
        entryId,
      })
      .openapi("EventReport"),
    handle: (deps, actor, { body }) => reportEvents(deps, actor, body),
  }),
];

import { z } from "@hono/zod-openapi";
import { getCustody } from "@/lib/custody/get-custody";
import { listUses } from "@/lib/custody/list-uses";
import type { CustodyHours } from "@/lib/custody/range";
import { defineRoute } from "@/server/api/define-route";
import { pageOf } from "@/server/api/schemas/common";
import { custody, use } from "@/server/api/schemas/custody";

const common = { tag: "Custody", reads: "custody.read" } as const;

export const custodyRoutes = [
  defineRoute({
    ...common,
    method: "get",
    path: "/custody",
    permission: "custody.read",
    summary: "Get certificate usage",
    description:
      "Requests by outcome, uses, refusals, certificates that were never used, and open alerts. Covers at least the last `hours` hours, from the start of a whole step (one hour; six hours for a week; a day for a month, in UTC): see `from`.",
    query: z.strictObject({
      hours: z.enum(["1", "24", "168", "720"]).default("24"),
      service: z.string().max(200).optional().openapi({
        description:
          "Only this service. `services`, `neverUsed` and `alerts` are of all nevertheless.",
      }),
    }),
    response: custody,
    handle: (deps, actor, { query }) =>
      getCustody(deps, actor, {
        hours: Number(query.hours) as CustodyHours,
        service: query.service,
      }),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/custody/uses",
    permission: "custody.read",
    summary: "List uses of a certificate or identity",
    description:
      "Send either `certificate` (crt_…) or `identity` (idn_…). Latest first, at most 500.",
    query: z.strictObject({
      certificate: z.string().max(64).optional(),
      identity: z.string().max(64).optional(),
    }),
    response: pageOf(use),
    handle: async (deps, actor, { query }) => ({
      items: await listUses(deps, actor, query),
      nextCursor: null,
    }),
  }),
];

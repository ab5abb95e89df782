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
    summary: "Who uses what from where",
    description:
      "Requests by outcome, uses, refusals, certificates that were never used, and open alerts. `hours` ago is where it begins, at a whole hour (of a week: six hours, of a month: a day, in UTC): `from` says when, so that of an hour this one and the whole one before are counted.",
    query: z.strictObject({ hours: z.enum(["1", "24", "168", "720"]).default("24") }),
    response: custody,
    handle: (deps, actor, { query }) =>
      getCustody(deps, actor, { hours: Number(query.hours) as CustodyHours }),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/custody/uses",
    permission: "custody.read",
    summary: "Where and for what a certificate was used",
    description:
      "Of one `certificate` (crt_…) or of one `identity` (idn_…); the latest first, at most 500.",
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

import { z } from "@hono/zod-openapi";
import { drillHtml, drillMarkdown } from "@/lib/drills/drill-report";
import { getDrill, listDrills } from "@/lib/drills/drills";
import {
  drillSizes,
  getWork,
  requestDrill,
  requestVerification,
} from "@/lib/log/live/request-work";
import { listVerifications } from "@/lib/log/live/verifications";
import { recordEntry } from "@/lib/log/record/record-entry";
import { defineRecordedRoute, defineRoute, idParams } from "@/server/api/define-route";
import { pageOf } from "@/server/api/schemas/common";

const common = { tag: "Audit", reads: "log.read" } as const;

const requested = z
  .object({
    id: z.string().openapi({
      description: "The id of the task, which is the id of the entry that requested it.",
    }),
    entryId: z.string(),
  })
  .openapi("RequestedWork");
const work = z
  .object({
    id: z.string(),
    kind: z.string(),
    done: z.number(),
    total: z.number().nullable(),
    note: z.string(),
    startedAt: z.string(),
    endedAt: z.string().nullable(),
  })
  .openapi("Work", {
    description: "The progress of a verification or drill. Its result is in its entry.",
  });
const verification = z
  .object({
    seq: z.number().int(),
    at: z.string(),
    ok: z.boolean(),
    level: z.enum(["witnessed", "signed", "unsealed"]),
    size: z.number().int(),
    milliseconds: z.number(),
    problems: z.array(z.string()),
    checks: z.array(z.object({ name: z.string(), checked: z.number(), problems: z.number() })),
  })
  .openapi("Verification");
const drill = z
  .object({
    seq: z.number().int(),
    entryId: z.string(),
    requestEntryId: z.string(),
    at: z.string(),
    ok: z.boolean().openapi({
      description: "Whether every attack was detected by the expected control.",
    }),
    entries: z.number().int(),
    milliseconds: z.number(),
    failed: z
      .string()
      .nullable()
      .openapi({ description: "Why the drill could not be completed; null if it was." }),
    attacks: z.array(
      z.object({
        name: z.string(),
        what: z.string(),
        sql: z.array(z.string()),
        expected: z.string().openapi({ description: "The control that should catch it." }),
        caughtBy: z.array(z.string()),
        milliseconds: z.number(),
        finding: z.string(),
      }),
    ),
  })
  .openapi("Drill");

const listOf = <T>(items: readonly T[]) => ({ items: [...items], nextCursor: null });
const formats = {
  md: { type: "text/markdown; charset=utf-8", write: drillMarkdown },
  html: { type: "text/html; charset=utf-8", write: drillHtml },
} as const;

export const auditVerificationRoutes = [
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/audit/verifications",
    permission: "audit.verify",
    summary: "Request a full verification of the log",
    bodyOptional: true,
    status: 201,
    response: requested,
    description:
      "Runs on the leader and may take minutes. `/audit/verifications/{id}` returns its progress; the result is recorded as an entry.",
    handle: (deps, actor) => requestVerification(deps, actor),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/audit/verifications",
    permission: "audit.read",
    summary: "List full verifications of the log",
    description: "The last 50, newest first.",
    response: pageOf(verification),
    handle: async (deps, actor) => listOf(await listVerifications(deps, actor)),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/audit/verifications/{id}",
    permission: "audit.read",
    summary: "Get the progress of a verification or drill",
    params: idParams,
    response: work,
    handle: (deps, actor, { params }) => getWork(deps, actor, params.id),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/audit/drills",
    permission: "audit.verify",
    summary: "Request a tamper drill",
    status: 201,
    response: requested,
    bodyOptional: true,
    description:
      "Attacks a throwaway copy of the first entries in every way that a database superuser could, and reports which control caught each attack. The log itself is not touched.",
    body: z.strictObject({
      entries: z
        .number()
        .int()
        .min(drillSizes.min)
        .max(drillSizes.max)
        .optional()
        .openapi({ description: "How many entries to copy.", example: drillSizes.default }),
    }),
    handle: (deps, actor, { body }) => requestDrill(deps, actor, body),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/audit/drills",
    permission: "audit.read",
    summary: "List tamper drills",
    description: "The last 50, newest first.",
    response: pageOf(drill),
    handle: async (deps, actor) => listOf(await listDrills(deps, actor)),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/audit/drills/{id}",
    permission: "audit.read",
    summary: "Get the report of a tamper drill",
    params: idParams,
    response: drill,
    description:
      "By the number or id of its entry, or by the id that the request returned. `format=md` or `format=html` returns a file for people.",
    query: z.strictObject({ format: z.enum(["json", "md", "html"]).default("json") }),
    handle: async (deps, actor, { params, query: { format } }) => {
      const report = await getDrill(deps, actor, params.id);
      if (format === "json") return report;
      await recordEntry(deps.recorder, actor, {
        action: "log.read",
        outcome: "success",
        target: null,
        details: { method: "GET", path: `/api/v1/audit/drills/${params.id}`, status: 200 },
      });
      const { type, write } = formats[format];
      return new Response(write(report), {
        headers: {
          "Content-Type": type,
          "Content-Disposition": `attachment; filename="tamper-drill-${report.seq}.${format}"`,
          "Cache-Control": "no-store",
        },
      });
    },
  }),
];

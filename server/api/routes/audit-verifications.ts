import { z } from "@hono/zod-openapi";
import { drillHtml, drillMarkdown } from "@/lib/log/drills-text";
import { getDrill, listDrills } from "@/lib/log/drills";
import { recordEntry } from "@/lib/log/record";
import { drillEntries, getWork, requestDrill, requestVerification } from "@/lib/log/request-work";
import { listVerifications } from "@/lib/log/verifications";
import { defineRoute, idParams } from "@/server/api/define-route";
import { pageOf } from "@/server/api/schemas/common";

const common = { tag: "Audit", reads: "log.read" } as const;

const asked = z
  .object({
    id: z.string().openapi({ description: "Of the work: the id of the entry that asked for it." }),
    entryId: z.string(),
  })
  .openapi("AskedWork");
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
  .openapi("Work", { description: "How far long work is. What it found is in its entry." });
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
    ok: z.boolean().openapi({ description: "Every attack was caught by the control that has to." }),
    entries: z.number().int(),
    milliseconds: z.number(),
    failed: z.string().nullable().openapi({ description: "Why it could not be done." }),
    attacks: z.array(
      z.object({
        name: z.string(),
        what: z.string(),
        sql: z.array(z.string()),
        expected: z.string().openapi({ description: "The control that has to catch it." }),
        caughtBy: z.array(z.string()),
        milliseconds: z.number(),
        finding: z.string(),
      }),
    ),
  })
  .openapi("Drill");

const askedFor = ({ entryId }: Readonly<{ entryId: string }>) => ({ id: entryId, entryId });
const listOf = <T>(items: readonly T[]) => ({ items: [...items], nextCursor: null });
const formats = {
  md: { type: "text/markdown; charset=utf-8", write: drillMarkdown },
  html: { type: "text/html; charset=utf-8", write: drillHtml },
} as const;

export const auditVerificationRoutes = [
  defineRoute({
    ...common,
    method: "post",
    path: "/audit/verifications",
    permission: "audit.verify",
    summary: "Ask for a verification of the whole log",
    bodyOptional: true,
    status: 201,
    response: asked,
    description:
      "It runs where the log is led and may take minutes; `/audit/verifications/{id}` says how far it is, its entry what it found.",
    handle: async (deps, actor) => askedFor(await requestVerification(deps, actor)),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/audit/verifications",
    permission: "audit.read",
    summary: "List verifications of the whole log",
    description: "The last fifty, newest first.",
    response: pageOf(verification),
    handle: async (deps, actor) => listOf(await listVerifications(deps, actor)),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/audit/verifications/{id}",
    permission: "audit.read",
    summary: "How far a verification or a drill is",
    params: idParams,
    response: work,
    handle: (deps, actor, { params }) => getWork(deps, actor, params.id),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/audit/drills",
    permission: "audit.verify",
    summary: "Ask for a tamper drill",
    status: 201,
    response: asked,
    bodyOptional: true,
    description:
      "On a throwaway copy of the first entries everything that a superuser can do to the log is done, and which control caught it is told. The log itself is not touched.",
    body: z.strictObject({
      entries: z
        .number()
        .int()
        .min(drillEntries.least)
        .max(drillEntries.most)
        .optional()
        .openapi({ description: "How many entries are copied.", example: drillEntries.usual }),
    }),
    handle: async (deps, actor, { body }) => askedFor(await requestDrill(deps, actor, body)),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/audit/drills",
    permission: "audit.read",
    summary: "List tamper drills",
    description: "The last fifty, newest first.",
    response: pageOf(drill),
    handle: async (deps, actor) => listOf(await listDrills(deps, actor)),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/audit/drills/{id}",
    permission: "audit.read",
    summary: "The report of a tamper drill",
    params: idParams,
    response: drill,
    description:
      "By its entry's number or id, or by the id that asking for it gave. `format=md` or `format=html` gives a file for people.",
    query: z.strictObject({ format: z.enum(["json", "md", "html"]).default("json") }),
    handle: async (deps, actor, { params, query: { format } }) => {
      const report = await getDrill(deps, actor, params.id);
      if (format === "json") return report;
      await recordEntry(deps, actor, {
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

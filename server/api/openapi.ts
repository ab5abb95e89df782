import { OpenAPIHono, z } from "@hono/zod-openapi";
import { authorizeOperations } from "@/server/api/authorize-operations";
import type { Route } from "@/server/api/define-route";
import { problem } from "@/server/api/schemas/common";

type Json = Readonly<Record<string, unknown>>;
/** The parts of an OpenAPI 3.1 document that the reference page reads. */
export type OpenApiDocument = Readonly<{
  openapi: string;
  info: Readonly<{ title: string; version: string; description: string }>;
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components: Readonly<{ schemas: Readonly<Record<string, Json>> }>;
}>;
export type Operation = Readonly<{
  operationId: string;
  tags: readonly string[];
  summary: string;
  description?: string;
  security: readonly Json[];
  parameters?: readonly Readonly<{
    name: string;
    in: string;
    required: boolean;
    description?: string;
    schema: Json;
  }>[];
  requestBody?: Readonly<{ content: Readonly<Record<string, Readonly<{ schema: Json }>>> }>;
  responses: Readonly<
    Record<
      string,
      Readonly<{
        description: string;
        content?: Readonly<Record<string, Readonly<{ schema?: Json }>>>;
      }>
    >
  >;
}>;

const description = [
  "Certificates, what they are bound to, and the record of every act. Send a token: `Authorization: Bearer chy_…`, or a client certificate on the mTLS port.",
  "Errors are `application/problem+json` (RFC 9457) with a stable `code` and every single mistake in `errors`. Lists answer `{items, nextCursor}`.",
  "Every POST takes an `Idempotency-Key`: the same key and body give the same answer for a day, another body is refused, a second request while the first is at work is told to wait.",
  "Every authenticated request, reads and refusals included, is on the record before its answer leaves.",
].join("\n\n");

const idempotencyKey = z.strictObject({
  "idempotency-key": z
    .string()
    .max(255)
    .optional()
    .openapi({
      description: "Makes it safe to send again: the same key and body give the same answer.",
      example: "0d9b4a52-6d5e-4a39-9d1c-2f6f3b1f6f0e",
    }),
});
const problems: Readonly<Record<number, string>> = {
  400: "Malformed: bad JSON, an unknown or missing field.",
  401: "No valid credential.",
  403: "The role does not allow it.",
  404: "There is no such thing, or none that you may see.",
  409: "Its present state does not allow it.",
  413: "The body is longer than 1 MiB.",
  415: "The body is not JSON.",
  422: "Refused, with every reason.",
  503: "It could not be recorded or signed; nothing was done.",
};

/** The OpenAPI 3.1 document of these operations, from the very schemas that check their input. */
export function openApiDocument(routes: readonly Route[], publicUrl: string): OpenApiDocument {
  const app = new OpenAPIHono();
  app.openAPIRegistry.registerComponent("securitySchemes", "token", {
    type: "http",
    scheme: "bearer",
    description: "An API token (chy_…).",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "certificate", {
    type: "mutualTLS",
    description: "A client certificate that Chancery issued, on the mTLS port.",
  });
  for (const route of routes) app.openAPIRegistry.registerPath(operationOf(route));
  for (const operation of authorizeOperations) app.openAPIRegistry.registerPath(operation);
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Chancery", version: "1", description },
    servers: [{ url: publicUrl }],
  });
  return tidy(document) as OpenApiDocument;
}

type PathConfig = Parameters<OpenAPIHono["openAPIRegistry"]["registerPath"]>[0];

function operationOf(route: Route): PathConfig {
  const { method, path, tag, summary, params, query, body, permission } = route;
  const request = {
    ...(params ? { params } : {}),
    ...(query ? { query } : {}),
    ...(method === "post" ? { headers: idempotencyKey } : {}),
    ...(body
      ? {
          body: {
            required: route.bodyOptional !== true,
            content: { "application/json": { schema: body } },
          },
        }
      : {}),
  };
  const needs = permission === null ? "Open to everybody." : `Needs \`${permission}\`.`;
  return {
    method,
    path: `/api/v1${path}`,
    tags: [tag],
    summary,
    operationId: operationId(route),
    description: [route.description, needs].filter(Boolean).join(" "),
    security: permission === null ? [] : [{ token: [] }, { certificate: [] }],
    request: request as unknown as NonNullable<PathConfig["request"]>,
    responses: {
      [route.status ?? 200]: {
        description: "Done.",
        content: { [route.mediaType ?? "application/json"]: { schema: route.response } },
      },
      ...Object.fromEntries(
        statusesOf(route).map((status) => [
          status,
          {
            description: problems[status] ?? "",
            content: { "application/problem+json": { schema: problem } },
          },
        ]),
      ),
    },
  };
}

/** `POST /certificates/{id}/revoke` is `postCertificatesIdRevoke`: stable, and unique by construction. */
const operationId = ({ method, path }: Route): string =>
  method +
  path.replaceAll(/[/{}_-]+(\w)?/g, (_all, letter: string | undefined) =>
    (letter ?? "").toUpperCase(),
  );

function statusesOf({ permission, params, method }: Route): number[] {
  const writes = method === "post" || method === "patch";
  return [
    400,
    ...(permission === null ? [] : [401, 403]),
    ...(params ? [404] : []),
    ...(writes ? [409, 413, 415, 422] : []),
    503,
  ];
}

/** A parameter's text is turned into a number before it is checked; the generator takes that for "or null". */
function tidy(value: unknown, inParameter = false): unknown {
  if (Array.isArray(value)) return value.map((item) => tidy(item, inParameter));
  if (typeof value !== "object" || value === null) return value;
  const inside = inParameter || "in" in value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (inside && name === "type" && Array.isArray(member) && member.includes("integer"))
        return [name, "integer"];
      return [name, tidy(member, inside)];
    }),
  );
}

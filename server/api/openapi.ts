import { OpenAPIHono, z } from "@hono/zod-openapi";
import { scopeOf } from "@/lib/access/permissions";
import { problem } from "@/server/api/schemas/common";
import { authorizeOperations } from "./authorize-operations";
import type { Route } from "./define-route";
import { describeFields } from "./describe-fields";
import type { OpenApiDocument } from "./openapi-types";
import { addExamples } from "./examples/add-examples";

const description = [
  "Certificates, the identities they belong to, and an audit log of every action. Authenticate with an API token (`Authorization: Bearer chy_…`) or with a client certificate on the mTLS port.",
  "Errors are `application/problem+json` (RFC 9457) with a stable `code`; `errors` lists everything that is wrong with the input. Names, notes and comments can't contain control characters, text direction marks or other invisible characters. Lists return `{items, nextCursor}`.",
  "Every POST accepts an `Idempotency-Key`. For a day, the same key and body return the same response; the same key with another body is rejected, and so is a second request while the first is in progress. If a request got no answer, `503` or `outcome.unknown`, repeat it with the same key: you get what the first one led to, or it is done now. It is never done twice.",
  "Every authenticated request, including reads and refusals, is recorded in the audit log before it is answered.",
].join("\n\n");

const idempotencyKey = z.strictObject({
  "idempotency-key": z.string().max(255).optional().openapi({
    description: "Makes retries safe: the same key and body return the same response.",
    example: "0d9b4a52-6d5e-4a39-9d1c-2f6f3b1f6f0e",
  }),
});
const errorDescriptions: Readonly<Record<number, string>> = {
  400: "Malformed request: invalid JSON, or an unknown or missing field.",
  401: "No valid credential.",
  403: "Your role does not have the permission, or another site made the browser send the request.",
  404: "It does not exist, or you may not see it.",
  409: "Not possible in its current state.",
  413: "The body is larger than 1 MiB.",
  415: "The body is not JSON.",
  422: "Rejected; `errors` lists every reason.",
  503: "It could not be recorded or signed. Nothing was changed.",
};

/** The OpenAPI 3.1 document of these operations, generated from the schemas that validate them. */
export function openApiDocument(routes: readonly Route[], publicUrl: string): OpenApiDocument {
  const app = new OpenAPIHono();
  app.openAPIRegistry.registerComponent("securitySchemes", "token", {
    type: "http",
    scheme: "bearer",
    description: "An API token (chy_…).",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "certificate", {
    type: "mutualTLS",
    description: "A client certificate issued by Chancery, on the mTLS port.",
  });
  for (const route of routes) app.openAPIRegistry.registerPath(operationOf(route));
  for (const operation of authorizeOperations) app.openAPIRegistry.registerPath(operation);
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Chancery", version: "1", description },
    servers: [{ url: publicUrl }],
  });
  const tidied = tidy(document) as OpenApiDocument;
  describeFields(tidied);
  addExamples(tidied);
  return tidied;
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
  const needs =
    permission === null
      ? "No authentication required."
      : `Requires the permission \`${permission}\`.`;
  return {
    method,
    path: `/api/v1${path}`,
    tags: [tag],
    summary,
    operationId: operationId(route),
    description: [route.description, needs, onAProxysWord(route)].filter(Boolean).join(" "),
    security: permission === null ? [] : [{ token: [] }, { certificate: [] }],
    request: request as unknown as NonNullable<PathConfig["request"]>,
    responses: {
      [route.status ?? 200]: {
        description: "Success.",
        content: { [route.mediaType ?? "application/json"]: { schema: route.response } },
      },
      ...Object.fromEntries(
        statusesOf(route).map((status) => [
          status,
          {
            description: errorDescriptions[status] ?? "",
            content: { "application/problem+json": { schema: problem } },
          },
        ]),
      ),
    },
  };
}

/**
 * Said of the operations that services may use at all; the others refuse them by their permission.
 */
function onAProxysWord({ permission, asserted }: Route): string {
  if (permission === null || scopeOf("service", permission) === "none") return "";
  return asserted === "allowed"
    ? "Also accepts a client certificate that a proxy with the scope `api` passed on."
    : "Refuses a client certificate that a proxy passed on (`certificate.asserted`).";
}

/** `POST /certificates/{id}/revoke` becomes `postCertificatesIdRevoke`: stable and unique. */
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

/** Parameters are coerced from text to numbers, which the generator describes as "or null". */
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

import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { problem } from "@/server/api/schemas/common";

type PathConfig = Parameters<OpenAPIHono["openAPIRegistry"]["registerPath"]>[0];

const headerSchema = (description: string) => z.string().openapi({ description });
const allowedHeaders = z.object({
  "X-Chancery-Identity": headerSchema(
    "The name of the identity, as visible ASCII. Other characters are percent-encoded, as in all of these headers.",
  ),
  "X-Chancery-Identity-Id": headerSchema("The id of the identity (idn_…), which never changes."),
  "X-Chancery-Identity-Kind": headerSchema("The kind of identity: person, service or device."),
  "X-Chancery-Certificate": headerSchema("The id of the certificate (crt_…)."),
  "X-Chancery-Serial": headerSchema(
    "The serial number of the certificate, in lower-case hexadecimal.",
  ),
  "X-Chancery-Fingerprint": headerSchema(
    "The SHA-256 fingerprint of the certificate, in lower-case hexadecimal.",
  ),
  "X-Chancery-Profile": headerSchema("The profile that the certificate was issued under."),
  "X-Chancery-Rule": headerSchema("The policy rule that allowed the request."),
  "X-Chancery-Entry": headerSchema("The entry that records this decision (ent_…)."),
  "X-Chancery-Request": headerSchema("The id of this request."),
});
const deniedHeaders = z.object({
  "X-Chancery-Reason": headerSchema("The error code, as in the body."),
  "X-Chancery-Request": headerSchema("The id of this request."),
});
const refusals: Readonly<Record<number, string>> = {
  401: "The certificate is not accepted: certificate.missing, .unreadable, .unknown-issuer, .forged, .not-issued, .not-yet-valid, .expired, .revoked, .on-hold.",
  403: "The certificate is accepted, but the request is not allowed: policy.denied, .no-rule, .path, .retired, .unknown, certificate.usage, .internal, .network, identity.suspended. proxy.unknown: the caller is not a trusted proxy.",
  503: "The decision could not be made and recorded within 250 ms. Treat it as denied.",
};
const description = [
  "For proxies: nginx auth_request, Traefik ForwardAuth, Envoy ext_authz, and any proxy that supports RFC 9440. Call it on the mTLS port with the certificate of a trusted proxy. The kind of the proxy determines which headers are read for the",
  "client's certificate, method, path and address. Answers 200 once the decision is committed to the audit log, with the caller in headers. Every method is handled like GET, because Envoy uses the client's method.",
].join(" ");

const operation = (
  path: string,
  operationId: string,
  summary: string,
  request: object,
): PathConfig => ({
  method: "get",
  path,
  tags: ["Forward auth"],
  summary,
  operationId,
  description,
  security: [{ certificate: [] }],
  request: request as unknown as NonNullable<PathConfig["request"]>,
  responses: {
    200: { description: "Allowed, and recorded in the audit log.", headers: allowedHeaders },
    ...Object.fromEntries(
      Object.entries(refusals).map(([status, text]) => [
        status,
        {
          description: text,
          headers: deniedHeaders,
          content: { "application/problem+json": { schema: problem } },
        },
      ]),
    ),
  },
});

const service = z
  .string()
  .openapi({ description: "The service name of the access policy.", example: "payments" });

/** The OpenAPI operations of forward auth, which the gateway handles outside the REST framework. */
export const authorizeOperations: readonly PathConfig[] = [
  operation("/api/v1/authorize", "getAuthorize", "Authorize a request", {
    query: z.strictObject({ service }),
  }),
  operation(
    "/api/v1/authorize/{service}",
    "getAuthorizeService",
    "Authorize a request, with the service in the path",
    { params: z.strictObject({ service }) },
  ),
];

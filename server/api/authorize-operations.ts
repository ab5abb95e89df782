import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { problem } from "@/server/api/schemas/common";

type PathConfig = Parameters<OpenAPIHono["openAPIRegistry"]["registerPath"]>[0];

const said = (description: string) => z.string().openapi({ description });
const yes = z.object({
  "X-Chancery-Identity": said(
    "The identity's name, visible ASCII; everything else percent-encoded, as in all of these.",
  ),
  "X-Chancery-Identity-Id": said("Its id (idn_…), which never changes."),
  "X-Chancery-Identity-Kind": said("person, service or device."),
  "X-Chancery-Certificate": said("The certificate's id (crt_…)."),
  "X-Chancery-Serial": said("Its serial number, lower-case hex."),
  "X-Chancery-Fingerprint": said("SHA-256 of its DER, lower-case hex."),
  "X-Chancery-Profile": said("The profile that it was issued by."),
  "X-Chancery-Rule": said("The rule of the policy that decided."),
  "X-Chancery-Entry": said("The entry that records this request (ent_…)."),
  "X-Chancery-Request": said("The id of this request."),
});
const no = z.object({
  "X-Chancery-Reason": said("The same code as in the body."),
  "X-Chancery-Request": said("The id of this request."),
});
const refusals: Readonly<Record<number, string>> = {
  401: "The certificate does not count: certificate.missing, .unreadable, .unknown-issuer, .forged, .not-issued, .not-yet-valid, .expired, .revoked, .on-hold.",
  403: "It counts, and may not do this: policy.denied, .no-rule, .path, .retired, .unknown, certificate.usage, .internal, .network, identity.suspended. proxy.unknown: whoever asks is no trusted proxy.",
  503: "Whether it may could not be decided and recorded within 250 ms: treat it as no.",
};
const description = [
  "For proxies: nginx auth_request, Traefik ForwardAuth, Envoy ext_authz, and whatever speaks RFC 9440. Over the mTLS port, with the certificate of an identity that is trusted as a proxy; its kind says which headers are read for the",
  "client's certificate, method, path and address. 200 once the entry is committed, with who it is in headers. Any method is answered like GET: with Envoy it is the client's.",
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
    200: { description: "It may, and that is on the record.", headers: yes },
    ...Object.fromEntries(
      Object.entries(refusals).map(([status, text]) => [
        status,
        {
          description: text,
          headers: no,
          content: { "application/problem+json": { schema: problem } },
        },
      ]),
    ),
  },
});

const service = z.string().openapi({ description: "The policy's service.", example: "payments" });

/** Forward auth is answered by the door itself, before the API; here is what it says. */
export const authorizeOperations: readonly PathConfig[] = [
  operation("/api/v1/authorize", "getAuthorize", "May this request pass?", {
    query: z.strictObject({ service }),
  }),
  operation(
    "/api/v1/authorize/{service}",
    "getAuthorizeService",
    "May this request pass? The service as a part of the path",
    { params: z.strictObject({ service }) },
  ),
];

import { z } from "@hono/zod-openapi";
import { revocationReasons } from "@/lib/pki/types";
import { getStatus } from "@/lib/status/read-status";
import { defineRoute } from "@/server/api/define-route";
import { instant } from "@/server/api/schemas/common";

const response = z
  .object({
    authority: z.string(),
    serial: z.string(),
    status: z.enum(["valid", "expired", "held", "revoked", "unknown"]),
    notAfter: instant.nullable(),
    revokedAt: instant.nullable(),
    reason: z.enum(revocationReasons).nullable(),
    checkedAt: instant,
  })
  .openapi("Status");

export const statusRoutes = [
  defineRoute({
    method: "get",
    path: "/status/{authority}/{serial}",
    tag: "Status",
    permission: null,
    reads: "certificate.read",
    summary: "Get the status of a certificate",
    description:
      "The same as OCSP, in JSON, for clients that do not support OCSP. `authority` is a slug or id; `serial` is hexadecimal.",
    params: z.strictObject({
      authority: z.string().min(1).max(64),
      serial: z.string().min(1).max(128),
    }),
    response,
    handle: (deps, _actor, { params }) => getStatus(deps, params),
  }),
];

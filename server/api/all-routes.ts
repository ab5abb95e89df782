import { caPermissionRoutes } from "@/server/api/routes/ca-permissions";
import { enrollmentSecretRoutes } from "@/server/api/routes/enrollment-secrets";
import { acmeKeyRoutes } from "@/server/api/routes/acme-keys";
import { alertRoutes } from "@/server/api/routes/alerts";
import { auditRoutes } from "@/server/api/routes/audit";
import { auditEventRoutes } from "@/server/api/routes/audit-events";
import { auditProofRoutes } from "@/server/api/routes/audit-proofs";
import { auditVerificationRoutes } from "@/server/api/routes/audit-verifications";
import { authorityRoutes } from "@/server/api/routes/authorities";
import { bulkRoutes } from "@/server/api/routes/bulk-acts";
import { certificateRoutes } from "@/server/api/routes/certificates";
import { custodyRoutes } from "@/server/api/routes/custody";
import { destinationRoutes } from "@/server/api/routes/destinations";
import { identityRoutes } from "@/server/api/routes/identities";
import { logContinuationRoutes } from "@/server/api/routes/log-continuation";
import { nameRoutes } from "@/server/api/routes/names";
import { policyRoutes } from "@/server/api/routes/policies";
import { profileRoutes } from "@/server/api/routes/profiles";
import { proxyRoutes } from "@/server/api/routes/proxies";
import { statusRoutes } from "@/server/api/routes/status";
import { tokenRoutes } from "@/server/api/routes/tokens";
import { userRoutes } from "@/server/api/routes/users";
import type { Route } from "./define-route";
import { withRecovery } from "./recover-by-reading";

/**
 * All operations of the REST API. The OpenAPI document, the reference page and the handlers are
 * generated from this list.
 */
export const routes: readonly Route[] = withRecovery([
  ...authorityRoutes,
  ...profileRoutes,
  ...identityRoutes,
  ...acmeKeyRoutes,
  ...caPermissionRoutes,
  ...enrollmentSecretRoutes,
  ...nameRoutes,
  ...certificateRoutes,
  ...bulkRoutes,
  ...statusRoutes,
  ...tokenRoutes,
  ...userRoutes,
  ...auditRoutes,
  ...auditEventRoutes,
  ...auditProofRoutes,
  ...logContinuationRoutes,
  ...auditVerificationRoutes,
  ...destinationRoutes,
  ...policyRoutes,
  ...proxyRoutes,
  ...alertRoutes,
  ...custodyRoutes,
]);

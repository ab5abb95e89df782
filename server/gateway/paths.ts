import type { RequestArea } from "@/lib/client-auth/proxy-use";
import { isAcmePath } from "@/server/acme/find-resource";
import { compatApiOf, isPublicCompatPath } from "@/server/compat/find-call";
import { isEstPath, isPublicEstPath } from "@/server/est/find-operation";
import { isEntriesPath } from "@/server/log/log-path";

/** The path of forward auth: /api/v1/authorize, alone, with a query, or followed by a service. */
export const isAuthorizePath = (url: string): boolean =>
  /^\/api\/v1\/authorize(?:[/?]|$)/.test(url);

/** No dots and no escapes, from which a URL parser further in could make another path. */
const statusPath = /^\/api\/v1\/status\/[\w-]+\/[\w:-]+(?:\?|$)/;

/**
 * Paths that need no authentication, not even from the holder of a refused certificate: the plain
 * status of a certificate, and the console's static files. They are not recorded, and a page loads
 * twenty of them at once: none waits for a decision. ACME proves its accounts by signatures of
 * their own, so no certificate counts there; EST and the compatible APIs tell
 * anybody what to trust.
 */
export const isPublicPath = (url: string): boolean =>
  statusPath.test(url) ||
  isAcmePath(url) ||
  isPublicEstPath(url) ||
  isPublicCompatPath(url) ||
  (url.startsWith("/_next/static/") && !/\.\.|%2e/i.test(url));

/**
 * Whether the REST application handles this path, or EST or a compatible API, to which the same rules
 * apply.
 */
const isApiPath = (url: string): boolean =>
  url.startsWith("/api/v1/") ||
  url === "/api/v1" ||
  isEstPath(url) ||
  compatApiOf(url) !== null ||
  /^\/(?:docs\/api(?:[/?]|$)|(?:metrics|readyz)(?:\?|$))/.test(url) ||
  isEntriesPath(url);

/** The part of Chancery that answers on this path. */
export const areaOf = (url: string): RequestArea =>
  isAuthorizePath(url) ? "authorize" : isApiPath(url) ? "api" : "console";

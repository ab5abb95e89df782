import { randomBytes } from "node:crypto";
import { isLoopbackName } from "@/lib/net/address";

/**
 * A new nonce for one page; Next reads it from the request's content security policy and adds it to
 * its scripts.
 */
export function makeNonce(): string {
  return randomBytes(16).toString("base64");
}

/**
 * The content security policy of a page: no inline script or style without this nonce, nothing from
 * other origins, no framing.
 */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    // Charts and measured positions use style attributes, which cannot load anything from other
    // origins under this policy.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/**
 * Headers of every answer that a browser may render. HSTS is sent over TLS only, and never for
 * localhost, where it would apply to every port.
 */
export function pageHeaders(
  policy: string,
  secure: boolean,
  host: string | null,
): Record<string, string> {
  const headers: Record<string, string> = {
    "content-security-policy": policy,
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy":
      "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
  };
  if (secure && host !== null && !isLoopbackName(host))
    headers["strict-transport-security"] = "max-age=31536000";
  return headers;
}

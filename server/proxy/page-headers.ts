import { randomBytes } from "node:crypto";
import { isLoopbackName } from "@/server/listeners/addresses";

/** A fresh nonce for one page; Next reads it out of the request's policy and puts it on its own scripts. */
export function makeNonce(): string {
  return randomBytes(16).toString("base64");
}

/** What a page may load and do: nothing inline without this nonce, nothing from elsewhere, no frame around it. */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    // Charts and measured positions are style attributes; an attribute cannot load anything from elsewhere under this policy.
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

/** Headers of every answer that a browser may render. HSTS only where it holds: over TLS, and never for localhost, whose ports share one rule. */
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

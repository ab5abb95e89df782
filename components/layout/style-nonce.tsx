"use client";

declare global {
  // oxlint-disable-next-line no-var -- the one name under which style-injecting libraries look for a nonce
  var __webpack_nonce__: string | undefined;
}

/**
 * Passes the page's nonce to the library that adds a style element while a dialog is open, to keep
 * the page behind it from scrolling. Only the first one is used: later renders have other nonces,
 * but the document keeps its policy.
 */
export function StyleNonce({ nonce }: Readonly<{ nonce: string | undefined }>) {
  if (typeof window !== "undefined" && nonce) globalThis.__webpack_nonce__ ??= nonce;
  return null;
}

"use client";

declare global {
  // oxlint-disable-next-line no-var -- the one name under which style-injecting libraries look for a nonce
  var __webpack_nonce__: string | undefined;
}

/** Hands the page's nonce to the code that puts a style element in while a dialog is open (it keeps the page behind from scrolling). The first one counts: later renders come with other nonces, but the document keeps its policy. */
export function StyleNonce({ nonce }: Readonly<{ nonce: string | undefined }>) {
  if (typeof window !== "undefined" && nonce) globalThis.__webpack_nonce__ ??= nonce;
  return null;
}

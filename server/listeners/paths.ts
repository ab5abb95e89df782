/** The way of forward auth: /api/v1/authorize, alone, with a query, or with a service behind it. */
export const isAuthorizePath = (url: string): boolean =>
  /^\/api\/v1\/authorize(?:[/?]|$)/.test(url);

/** No dot and no escape in them, out of which an address parser behind the door could make another path. */
const statusPath = /^\/api\/v1\/status\/[\w-]+\/[\w:-]+(?:\?|$)/;

/**
 * What is open to everybody, also to the holder of a certificate that counts no more: the plain status of a certificate, and the built files
 * of the console. Those are no acts, and a page asks for twenty at once: none of them waits for a decision.
 */
export const isOpenPath = (url: string): boolean =>
  statusPath.test(url) || (url.startsWith("/_next/static/") && !/\.\.|%2e/i.test(url));

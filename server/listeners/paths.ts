/** The way of forward auth: /api/v1/authorize, alone, with a query, or with a service behind it. */
export const isAuthorizePath = (url: string): boolean => /^\/api\/v1\/authorize(?:[/?]|$)/.test(url);

/** The plain status of a certificate, open to everybody: also to the holder of one that counts no more. */
export const isOpenPath = (url: string): boolean => url.startsWith("/api/v1/status/");

/** Shorter parts are ordinary words of a path ("api", "v1", "hooks") and would hide too much. */
const minSecretLength = 6;
const hidden = "…";

/**
 * A URL as people see it: the path and query of a webhook are its secret with many receivers, so
 * only scheme, host and port are left. A URL that has neither is unchanged.
 */
export function maskUrl(text: string): string {
  const url = new URL(text);
  const isSecret = url.pathname !== "/" || url.search !== "" || url.hash !== "";
  return `${url.protocol}//${url.host}/${isSecret ? hidden : ""}`;
}

/** Whether this is what `maskUrl` shows instead of a URL. */
export const isMaskedUrl = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && url.pathname === `/${encodeURIComponent(hidden)}` && url.search === "";
};

/**
 * Text of a receiver without the URL that it was sent to: servers like to repeat the path of a
 * request, whole or in parts, in their error pages.
 */
export function withoutUrl(text: string, address: string): string {
  const { pathname, search, hash } = new URL(address);
  const parts = [pathname + search, pathname, ...`${pathname}${search}${hash}`.split(/[/?&=#;]/)]
    .flatMap((part) => [part, decoded(part)])
    .filter((part) => part.length >= minSecretLength)
    .toSorted((one, other) => other.length - one.length);
  return parts.reduce((rest, part) => rest.replaceAll(part, hidden), text);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

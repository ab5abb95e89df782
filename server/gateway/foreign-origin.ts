import type { IncomingHttpHeaders } from "node:http";
import type { RequestArea } from "@/lib/client-auth/proxy-use";
import type { ListenerName, RequestContext } from "@/server/http/request-context";

type CheckedRequest = Readonly<{
  method?: string | undefined;
  headers: IncomingHttpHeaders;
}>;

const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);
/** next-auth splits a long cookie into numbered ones and adds a prefix over https. */
const sessionCookie = /(?:^|;)\s*(?:__(?:Secure|Host)-)?next-auth\.session-token(?:\.\d+)?=/;
const bearer = /^Bearer +\S/i;

/**
 * Why a request that could change something is refused as coming from another site; null if it is
 * not. A browser sends a session cookie and a client certificate with every request, whichever page
 * makes it, so what the browser says of that page decides: Sec-Fetch-Site, or Origin where the
 * browser is too old for it. Neither can be set by a page.
 *
 * A client that sends neither is no browser: with a certificate that is a service, with a session
 * cookie it is refused, because every browser names the origin of such a request. A bearer token is
 * never sent by itself, so it needs no check. The console is for browsers only: there, a foreign
 * page can't even sign in. Forward auth asks about a request and changes nothing: a proxy may copy
 * these headers from the request that it asks about.
 */
export function findForeignOrigin(
  { method = "GET", headers }: CheckedRequest,
  { listener, decision }: Pick<RequestContext, "listener" | "decision">,
  area: RequestArea,
  publicUrl: string,
): string | null {
  if (safeMethods.has(method) || area === "authorize") return null;
  const hasSession = sessionCookie.test(headers.cookie ?? "");
  if (area === "api" && !isAmbient(headers, decision !== null || hasSession)) return null;
  const site = headers["sec-fetch-site"],
    { origin } = headers;
  if (site === undefined && origin === undefined)
    return hasSession ? "a client that names no origin" : null;
  const isOwn =
    site === undefined
      ? ownOrigins(listener, headers.host, publicUrl).includes(origin ?? "")
      : site === "same-origin" || site === "none";
  return isOwn ? null : describeOrigin(origin);
}

const isAmbient = (headers: IncomingHttpHeaders, hasCredential: boolean): boolean =>
  hasCredential && !bearer.test(headers.authorization ?? "");

/** For the entry; anything that is not an origin is not repeated. */
const describeOrigin = (origin: string | undefined): string =>
  origin !== undefined && /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.:[\]_-]{1,253}$/.test(origin)
    ? origin
    : "another site";

/**
 * The origins under which browsers reach this listener. Behind a proxy that sets its own Host
 * header that is the public URL's. A public URL without TLS is no origin of a TLS listener: anyone
 * on the way could write its pages.
 */
function ownOrigins(
  listener: ListenerName,
  host: string | undefined,
  publicUrl: string,
): readonly string[] {
  const scheme = listener === "http" ? "http" : "https";
  const own = URL.parse(`${scheme}://${host ?? ""}`)?.origin;
  const published = URL.parse(publicUrl);
  return [
    ...(own === undefined ? [] : [own]),
    ...(published !== null && (listener === "http" || published.protocol === "https:")
      ? [published.origin]
      : []),
  ];
}

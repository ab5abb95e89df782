import { findSession } from "@/lib/accounts/read-sessions";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { currentRequest, currentSessionId } from "@/lib/auth/session-actor";
import { eventResponse } from "@/lib/http/event-response";
import { entryQuery } from "@/lib/log/schema";
import { formatEvents, tailEntries } from "@/lib/log/search/tail-entries";

/**
 * New entries that match the filters of the list, for as long as the session is valid and may read
 * them.
 */
export async function GET(request: Request): Promise<Response> {
  const { actor, deps } = await openPage("audit.read", { action: "audit.read" }),
    sessionId = (await currentSessionId()) ?? "",
    { peer } = await currentRequest();
  const {
    after = "",
    cursor: _,
    limit: __,
    order: ___,
    ...filters
  } = Object.fromEntries(new URL(request.url).searchParams);
  const query = entryQuery.safeParse(filters);
  if (!query.success)
    return new Response(
      query.error.issues
        .map(({ path, message }) => `${path.join(".") || "filter"}: ${message}\n`)
        .join(""),
      { status: 400, headers: { "content-type": "text/plain; charset=utf-8" } },
    );
  const stopping = new AbortController();
  const mayGoOn = async (): Promise<boolean> =>
    scopeOf((await findSession(deps, sessionId, peer))?.account.role ?? null, "audit.read") !==
    "none";
  const lastEventId = request.headers.get("last-event-id") ?? after;
  const events = await tailEntries(deps, actor, query.data, {
    path: null,
    lastEventId,
    isStillAuthorized: mayGoOn,
    signal: stopping.signal,
  });
  return eventResponse(formatEvents(events), () => stopping.abort());
}

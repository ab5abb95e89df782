import { findSession } from "@/lib/accounts/read-sessions";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { currentRequest, currentSessionId } from "@/lib/auth/session-actor";
import { eventResponse } from "@/lib/http/event-response";
import { readFilters } from "@/app/(console)/audit/read-filters";
import { formatEvents, tailEntries } from "@/lib/log/search/tail-entries";

/**
 * New entries that match the filters of the list, for as long as the session is valid and may read
 * them.
 */
export async function GET(request: Request): Promise<Response> {
  const { actor, deps } = await openPage("audit.read", { action: "audit.read" }),
    sessionId = (await currentSessionId()) ?? "",
    { peer } = await currentRequest();
  const { query, problem } = readFilters(request.url, ["after"]);
  if (query === null)
    return new Response(`${problem}\n`, {
      status: 400,
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  const after = new URL(request.url).searchParams.get("after") ?? "";
  const stopping = new AbortController();
  const mayGoOn = async (): Promise<boolean> =>
    scopeOf((await findSession(deps, sessionId, peer))?.account.role ?? null, "audit.read") !==
    "none";
  const lastEventId = request.headers.get("last-event-id") ?? after;
  const events = await tailEntries(deps, actor, query, {
    path: null,
    lastEventId,
    isStillAuthorized: mayGoOn,
    signal: stopping.signal,
  });
  return eventResponse(formatEvents(events), () => stopping.abort());
}

import { actorOfSession } from "@/lib/auth/session-actor";
import { getDeps } from "@/lib/runtime";
import { readOpenAlerts } from "../read-open";

/** How many alerts are open. The frame of the console asks it while a page is seen; it is part of that page, which is on the record, and no read of its own. */
export async function GET(): Promise<Response> {
  const actor = await actorOfSession(),
    open = actor === null ? null : await readOpenAlerts(getDeps(), actor);
  return open === null
    ? new Response(null, { status: 403 })
    : Response.json(open, { headers: { "cache-control": "no-store" } });
}

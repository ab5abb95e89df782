import { actorOfSession } from "@/lib/auth/session-actor";
import { getDeps } from "@/lib/runtime/get-deps";
import { readOpenAlerts } from "@/app/(console)/alerts/read-open";

/**
 * The number of open alerts. The layout of the console polls it while a page is visible; it is part
 * of that page's recorded read, and records none itself.
 */
export async function GET(): Promise<Response> {
  const actor = await actorOfSession(),
    open = actor === null ? null : await readOpenAlerts(getDeps(), actor);
  return open === null
    ? new Response(null, { status: 403 })
    : Response.json(open, { headers: { "cache-control": "no-store" } });
}

import { actorOfSession } from "@/lib/auth/session-actor";
import { getDeps } from "@/lib/runtime/get-deps";
import { readAlarms } from "@/app/(console)/audit/log/read-alarms";

/**
 * The warnings that the layout shows above every page. They are part of that page's recorded read,
 * and no read is recorded here.
 */
export async function GET(): Promise<Response> {
  const actor = await actorOfSession(),
    alarms = actor === null ? null : await readAlarms(getDeps(), actor);
  return alarms === null
    ? new Response(null, { status: 403 })
    : Response.json(alarms, { headers: { "cache-control": "no-store" } });
}

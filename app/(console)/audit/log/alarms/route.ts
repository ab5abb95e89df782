import { actorOfSession } from "@/lib/auth/session-actor";
import { getDeps } from "@/lib/runtime";
import { readAlarms } from "../read-alarms";

/** What the frame of the console says above every page. It is part of the page that it frames, which is on the record, and no read of its own. */
export async function GET(): Promise<Response> {
  const actor = await actorOfSession(),
    alarms = actor === null ? null : await readAlarms(getDeps(), actor);
  return alarms === null
    ? new Response(null, { status: 403 })
    : Response.json(alarms, { headers: { "cache-control": "no-store" } });
}

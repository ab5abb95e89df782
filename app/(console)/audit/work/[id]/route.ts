import { scopeOf } from "@/lib/access/permissions";
import { actorOfSession } from "@/lib/auth/session-actor";
import { isAppError } from "@/lib/errors/app-error";
import { getWork } from "@/lib/log/live/request-work";
import { getDeps } from "@/lib/runtime/get-deps";

/**
 * The progress of requested work, for the page that waits for it. The request and the result are
 * recorded; polling the progress isn't.
 */
export async function GET(
  _request: Request,
  { params }: Readonly<{ params: Promise<{ id: string }> }>,
): Promise<Response> {
  const actor = await actorOfSession(),
    { id } = await params;
  if (actor === null || scopeOf(actor.role, "audit.read") === "none")
    return new Response(null, { status: 403 });
  try {
    return Response.json(await getWork(getDeps(), actor, id), {
      headers: { "cache-control": "no-store" },
    });
  } catch (error) {
    if (isAppError(error) && error.kind === "not-found") return new Response(null, { status: 404 });
    throw error;
  }
}

import { scopeOf } from "@/lib/auth/permissions";
import { actorOfSession } from "@/lib/auth/session-actor";
import { isAppError } from "@/lib/errors/app-error";
import { getWork } from "@/lib/log/request-work";
import { getDeps } from "@/lib/runtime";

/** How far asked work is, for a page that waits for it. Asking for the work is on the record, and so is its end; looking at the bar is neither. */
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

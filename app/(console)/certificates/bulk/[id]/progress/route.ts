import { nullIfNotFound } from "@/app/(console)/null-if-not-found";
import { scopeOf } from "@/lib/access/permissions";
import { actorOfSession } from "@/lib/auth/session-actor";
import { getBulkAct } from "@/lib/bulk/read-bulk-acts";
import { getDeps } from "@/lib/runtime/get-deps";

type Props = Readonly<{ params: Promise<{ id: string }> }>;

/** How far a bulk action is. Its page polls it; it is part of that page's recorded read. */
export async function GET(_request: Request, { params }: Props): Promise<Response> {
  const actor = await actorOfSession();
  if (actor === null || scopeOf(actor.role, "certificates.read") !== "all")
    return new Response(null, { status: 403 });
  const bulk = await nullIfNotFound(getBulkAct(getDeps(), actor, (await params).id));
  return bulk === null
    ? new Response(null, { status: 404 })
    : Response.json(bulk, { headers: { "cache-control": "no-store" } });
}

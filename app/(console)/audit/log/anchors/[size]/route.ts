import { openPage } from "@/lib/auth/page";
import { isAppError } from "@/lib/errors/app-error";
import { getAnchor } from "@/lib/log/anchor/list-anchors";

/** One time stamp over a checkpoint (RFC 3161) as a reply that other tools verify, or with `file=text` exactly the bytes that were stamped. */
export async function GET(
  request: Request,
  { params }: Readonly<{ params: Promise<{ size: string }> }>,
): Promise<Response> {
  const { size } = await params;
  const { actor, deps } = await openPage("audit.read", { action: "log.read" });
  const asked = new URL(request.url).searchParams;
  if (!/^\d{1,15}$/.test(size))
    return new Response("A checkpoint is named by its size.\n", { status: 400 });
  try {
    const { reply, text } = await getAnchor(deps, actor, {
      size: Number(size),
      origin: asked.get("origin"),
      authority: asked.get("authority"),
    });
    const [body, type, ending] =
      asked.get("file") === "text"
        ? ([text, "text/plain; charset=utf-8", "txt"] as const)
        : ([Uint8Array.from(reply), "application/timestamp-reply", "tsr"] as const);
    return new Response(body, {
      headers: {
        "content-type": type,
        "content-disposition": `attachment; filename="checkpoint-${Number(size)}.${ending}"`,
        "cache-control": "no-store",
      },
    });
  } catch (error) {
    if (!isAppError(error)) throw error;
    return new Response(`${error.message}\n`, { status: error.kind === "not-found" ? 404 : 400 });
  }
}

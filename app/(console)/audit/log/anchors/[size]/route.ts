import { openPage } from "@/lib/auth/page";
import { isAppError } from "@/lib/errors/app-error";
import { getAnchor } from "@/lib/log/anchor/read-anchors";

/**
 * One timestamp of a checkpoint (RFC 3161) as a reply that other tools can verify, or with
 * `file=text` the exact bytes that were stamped.
 */
export async function GET(
  request: Request,
  { params }: Readonly<{ params: Promise<{ size: string }> }>,
): Promise<Response> {
  const { size } = await params;
  const { actor, deps } = await openPage("audit.read", { action: "log.read" });
  const searchParams = new URL(request.url).searchParams;
  if (!/^\d{1,15}$/.test(size))
    return new Response("size must be the size of a checkpoint, a whole number.\n", {
      status: 400,
    });
  try {
    const { reply, text } = await getAnchor(deps, actor, {
      size: Number(size),
      origin: searchParams.get("origin"),
      authority: searchParams.get("authority"),
    });
    const [body, type, ending] =
      searchParams.get("file") === "text"
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

import { openPage } from "@/lib/auth/page";
import { isAppError } from "@/lib/errors/app-error";
import { getProofFile } from "@/lib/log/prove/get-proof-file";

const text = "text/plain; charset=utf-8";

/** The proof of one entry as a file for any C2SP tool (.tlog-proof). */
export async function GET(
  _request: Request,
  { params }: Readonly<{ params: Promise<{ seq: string }> }>,
): Promise<Response> {
  const { seq } = await params;
  const { actor, deps } = await openPage("audit.read", {
    action: "log.read",
    target: { kind: "entry", id: seq, label: `Entry ${seq}` },
  });
  try {
    const file = await getProofFile(deps, actor, seq);
    return new Response(file, {
      headers: {
        "content-type": text,
        "content-disposition": `attachment; filename="entry-${Number(seq)}.tlog-proof"`,
        "cache-control": "no-store",
      },
    });
  } catch (error) {
    if (!isAppError(error)) throw error;
    return new Response(`${error.message}\n`, {
      status: error.kind === "not-found" ? 404 : 409,
      headers: { "content-type": text },
    });
  }
}

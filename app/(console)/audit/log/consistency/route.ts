import { openPage } from "@/lib/auth/page";
import { isAppError } from "@/lib/errors/app-error";
import { getConsistencyProof } from "@/lib/log/prove/get-tree-proofs";

const sizeForm = /^\d{1,15}$/;

/**
 * The consistency proof between two sizes of the log, for the browser that remembers the older one.
 * 409: the log is smaller than requested.
 */
export async function GET(request: Request): Promise<Response> {
  const { actor, deps } = await openPage("audit.read", { action: "log.read" });
  const { from = "", to = "" } = Object.fromEntries(new URL(request.url).searchParams);
  if (!sizeForm.test(from) || !sizeForm.test(to))
    return new Response("from and to must be sizes of the log, whole numbers.\n", { status: 400 });
  try {
    const { path } = await getConsistencyProof(deps, actor, { from: Number(from), to: Number(to) });
    return Response.json({ path }, { headers: { "cache-control": "no-store" } });
  } catch (error) {
    if (!isAppError(error)) throw error;
    return new Response(`${error.message}\n`, {
      status: error.code === "log.not-sealed" ? 409 : 400,
    });
  }
}

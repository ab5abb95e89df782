import { openPage } from "@/lib/auth/page";
import type { Actor } from "@/lib/access/actor";
import type { Deps } from "@/lib/runtime/deps";
import { isAppError } from "@/lib/errors/app-error";
import { getEntry } from "@/lib/log/search/get-entry";
import { getEntryProof } from "@/lib/log/prove/get-entry-proof";

const listForm = /^\d{1,15}(,\d{1,15}){0,199}$/,
  AT_ONCE = 8;

/**
 * Entries with their proofs, for a browser that verifies a whole timeline: at most 200, by number.
 * Missing entries are left out.
 */
export async function GET(request: Request): Promise<Response> {
  const { actor, deps } = await openPage("audit.read", { action: "audit.read" });
  const list = new URL(request.url).searchParams.get("seqs") ?? "";
  if (!listForm.test(list))
    return new Response("seqs must be a list of 1 to 200 entry numbers.\n", { status: 400 });
  const seqs = [...new Set(list.split(",").map(Number))],
    proofs = [];
  for (let at = 0; at < seqs.length; at += AT_ONCE)
    proofs.push(
      ...(await Promise.all(seqs.slice(at, at + AT_ONCE).map((seq) => proved(deps, actor, seq)))),
    );
  return Response.json(
    proofs.filter((one) => one !== null),
    { headers: { "cache-control": "no-store" } },
  );
}

async function proved(deps: Deps, actor: Actor, seq: number) {
  try {
    const { bytesText } = await getEntry(deps, actor, seq);
    return { seq, bytesText, proof: await getEntryProof(deps, actor, seq) };
  } catch (error) {
    if (isAppError(error) && error.kind === "not-found") return null;
    throw error;
  }
}

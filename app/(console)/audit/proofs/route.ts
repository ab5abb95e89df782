import { openPage } from "@/lib/auth/page";
import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { isAppError } from "@/lib/errors/app-error";
import { getEntry } from "@/lib/log/get-entry";
import { proveEntry } from "@/lib/log/prove-entry";

const listForm = /^\d{1,15}(,\d{1,15}){0,199}$/,
  AT_ONCE = 8;

/** Entries with their proofs, for a browser that verifies a whole timeline: at most 200, by number. What does not exist is left out. */
export async function GET(request: Request): Promise<Response> {
  const { actor, deps } = await openPage("audit.read", { action: "audit.read" });
  const said = new URL(request.url).searchParams.get("seqs") ?? "";
  if (!listForm.test(said))
    return new Response("seqs is a list of 1 to 200 numbers of entries.\n", { status: 400 });
  const seqs = [...new Set(said.split(",").map(Number))],
    found = [];
  for (let at = 0; at < seqs.length; at += AT_ONCE)
    found.push(
      ...(await Promise.all(seqs.slice(at, at + AT_ONCE).map((seq) => proved(deps, actor, seq)))),
    );
  return Response.json(
    found.filter((one) => one !== null),
    { headers: { "cache-control": "no-store" } },
  );
}

async function proved(deps: Deps, actor: Actor, seq: number) {
  try {
    const { bytesText } = await getEntry(deps, actor, seq);
    return { seq, bytesText, proof: await proveEntry(deps, actor, seq) };
  } catch (error) {
    if (isAppError(error) && error.kind === "not-found") return null;
    throw error;
  }
}

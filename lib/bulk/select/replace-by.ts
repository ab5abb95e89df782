import { assertFuture, replaceWithinMs } from "@/lib/certificates/request-rotation";
import type { BulkInput } from "@/lib/bulk/schema";

/**
 * Until when the certificates of a request for rotation are to be replaced, or when they expire if
 * that is earlier; null for other actions. Errors: `rotation.replace-by` if it is over.
 */
export function replaceByOf(
  { act, replaceBy: asked }: Pick<BulkInput, "act" | "replaceBy">,
  now: Date,
): Date | null {
  if (act !== "request-rotation") return null;
  if (asked === undefined) return new Date(now.getTime() + replaceWithinMs);
  const replaceBy = new Date(asked);
  assertFuture(replaceBy, now);
  return replaceBy;
}

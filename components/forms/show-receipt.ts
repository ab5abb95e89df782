import { showToast } from "@/components/ui/toast-store";
import type { ActionState } from "@/lib/auth/types";

type Done = Extract<ActionState, { ok: true }>;

/** The URL of the entry that an action recorded: by number, or by id while it has none. */
export function entryHref({
  entryId,
  entrySeq,
}: Pick<Done, "entryId" | "entrySeq">): string | undefined {
  if (entrySeq !== null) return `/audit/${entrySeq}`;
  return entryId === null ? undefined : `/audit/${entryId}`;
}

/** "Entry 812", or "View entry" while it has no number. */
export function entryLabel({
  entryId,
  entrySeq,
}: Pick<Done, "entryId" | "entrySeq">): string | undefined {
  if (entrySeq !== null) return `Entry ${entrySeq}`;
  return entryId === null ? undefined : "View entry";
}

/** Shows the receipt of an action in the corner: "Revoked. Entry 812." */
export function showReceipt(sentence: string, done: Done): void {
  showToast({ text: sentence, linkText: entryLabel(done), href: entryHref(done) });
}

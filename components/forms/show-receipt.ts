import { showToast } from "@/components/ui/toast-store";
import type { ActionState } from "@/lib/auth/types";

type Done = Extract<ActionState, { ok: true }>;

/**
 * The URL of the entry that an action recorded: by number, or by id while it has none. None for
 * those who may not open it: a link of ours never leads to a refusal.
 */
export function entryHref({
  entryId,
  entrySeq,
  mayReadEntry,
}: Pick<Done, "entryId" | "entrySeq" | "mayReadEntry">): string | undefined {
  if (!mayReadEntry) return undefined;
  if (entrySeq !== null) return `/audit/${entrySeq}`;
  return entryId === null ? undefined : `/audit/${entryId}`;
}

/** "Entry 812"; while it has no number, "View entry", or its id where it can't be opened. */
export function entryLabel({
  entryId,
  entrySeq,
  mayReadEntry,
}: Pick<Done, "entryId" | "entrySeq" | "mayReadEntry">): string | undefined {
  if (entrySeq !== null) return `Entry ${entrySeq}`;
  if (entryId === null) return undefined;
  return mayReadEntry ? "View entry" : `Entry ${entryId}`;
}

/** Shows the receipt of an action in the corner: "Revoked. Entry 812." */
export function showReceipt(sentence: string, done: Done): void {
  showToast({ text: sentence, linkText: entryLabel(done), href: entryHref(done) });
}

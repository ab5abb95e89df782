import type { HeldName } from "@/lib/pki/held-names/held-name";
import { overlaps, spanOf } from "@/lib/pki/held-names/span";
import type { NameRow } from "./types";

/** Whether the row is the name of the identity itself, which only a rename changes. */
export const isOwnName = (
  row: Pick<NameRow, "type" | "value">,
  identity: Readonly<{ name: string }>,
): boolean => row.type === "cn" && row.value === identity.name;

/**
 * The share that a further name of an identity belongs to: that of its own rows which it overlaps.
 * Null for most. All rows that overlap have one holder, also within one identity.
 */
export function shareOf(name: HeldName, own: readonly NameRow[]): string | null {
  const span = spanOf(name);
  const shared = own.find(
    (row) =>
      row.shareId !== null && row.type !== "legacy" && overlaps(spanOf(row as HeldName), span),
  );
  return shared?.shareId ?? null;
}

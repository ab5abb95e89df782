import type { Id } from "@/lib/format/ids";
import type { NameOrigin, NameRow } from "./types";

/** A name as its identity holds it from now on; exclusive, unless it belongs to a share. */
export const makeNameRow = (
  name: Pick<NameRow, "type" | "form" | "value">,
  {
    id,
    identityId,
    origin,
    shareId = null,
    now,
  }: Readonly<{
    id: Id<"nam">;
    identityId: string;
    origin: NameOrigin;
    shareId?: string | null;
    now: Date;
  }>,
): NameRow => ({
  type: name.type,
  form: name.form,
  value: name.value,
  id,
  identityId,
  state: "held",
  shareId,
  origin,
  reservedUntil: null,
  createdAt: now,
  changedAt: now,
});

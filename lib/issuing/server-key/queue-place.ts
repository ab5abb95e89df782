import type { Actor } from "@/lib/access/actor";
import type { Deps } from "@/lib/runtime/deps";

type QueuePlace = Parameters<Deps["keyQueue"]["run"]>[0];

/** Where a caller waits for its key; null for what this process makes for itself, once. */
export const placeOf = (actor: Actor | null): QueuePlace => ({
  wide: actor?.identityId ?? actor?.id ?? "",
  narrow: actor?.id ?? "",
  first: actor === null,
});

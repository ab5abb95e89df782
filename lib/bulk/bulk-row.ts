import type { Actor } from "@/lib/access/actor";
import { sha256Hex } from "@/lib/format/hash";
import { newId } from "@/lib/format/ids";
import type { Deps } from "@/lib/runtime/deps";
import type { BulkRow } from "./bulk-repository";
import type { BulkAct } from "./schema";

type Asked = Readonly<{
  act: BulkAct;
  reason?: string | undefined;
  owner?: string | undefined;
  assignee?: string | null | undefined;
  resolution?: string | undefined;
  replaceBy?: Date | null;
  comment?: string | undefined;
  invalidityDate?: string | undefined;
}>;

/** A new bulk action, which is running. */
export function bulkRowOf(
  deps: Pick<Deps, "clock" | "random">,
  actor: Actor,
  { act, reason, owner, assignee, resolution, replaceBy, comment, invalidityDate }: Asked,
  items: Pick<BulkRow, "ids" | "states" | "digest">,
): BulkRow {
  const now = deps.clock.now();
  return {
    id: newId("blk", now, deps.random.bytes),
    act,
    ...items,
    total: items.ids.length,
    reason: reason ?? null,
    owner: owner ?? null,
    assignee: assignee ?? null,
    resolution: resolution ?? null,
    replaceBy: replaceBy ?? null,
    comment: comment ?? "",
    invalidityDate: invalidityDate === undefined ? null : new Date(invalidityDate),
    actorKind: actor.kind,
    actorId: actor.id ?? "",
    actorLabel: actor.label,
    origin: { address: actor.address, secretDigest: actor.secretDigest ?? null },
    status: "running",
    cause: null,
    createdAt: now,
    endedAt: null,
  };
}

/** As the database's guard computes it from the row. */
export const idsDigest = (ids: readonly string[]): string => sha256Hex(ids.join(","));

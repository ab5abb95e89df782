import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { formatIso, formatIsoOrNull } from "@/lib/format/time";
import { heldNameDto } from "@/lib/identities/identity-dto";
import type { NameOfIdentity } from "@/lib/identities/types";
import type { Deps } from "@/lib/runtime/deps";
import type { ShareDto, ShareList, ShareQuery } from "./schema";
import { countLiveOf, listShareMembers, listShareRows, type ShareRow } from "./share-repository";

type Live = Awaited<ReturnType<typeof countLiveOf>>;

/** Shares that have not ended, newest first, with who holds what: up to 500. */
export async function listShares(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  { state }: ShareQuery,
): Promise<ShareList> {
  authorize(actor, "identities.read");
  const shares = await listShareRows(deps.db, state);
  const members = await listShareMembers(
    deps.db,
    shares.map(({ id }) => id),
  );
  const ids = [...new Set(members.map(({ identityId }) => identityId))];
  const live = await countLiveOf(deps.db, ids, deps.clock.now());
  const byShare = Map.groupBy(members, ({ shareId }) => shareId ?? "");
  return {
    items: shares.map((share) => shareDto(share, byShare.get(share.id) ?? [], live)),
    nextCursor: null,
  };
}

function shareDto(share: ShareRow, rows: readonly NameOfIdentity[], live: Live): ShareDto {
  const members = [...Map.groupBy(rows, ({ identityId }) => identityId)].map(([id, own]) => ({
    id,
    name: own[0]?.identityName ?? "",
    kind: own[0]?.identityKind ?? "",
    names: own.map(heldNameDto),
    liveCertificates: live.get(id)?.live ?? 0,
    lastIssuedAt: formatIsoOrNull(live.get(id)?.lastIssuedAt ?? null),
  }));
  return {
    id: share.id,
    state: share.state === "decided" ? "decided" : "undecided",
    comment: share.comment,
    reviewAt: formatIsoOrNull(share.reviewAt),
    createdBy: share.createdBy,
    createdAt: formatIso(share.createdAt),
    members,
  };
}

import type { Actor } from "@/lib/access/actor";
import { acknowledgeAlert, assignAlert, resolveAlert } from "@/lib/alerts/answer-alert";
import { findAlert } from "@/lib/alerts/list-matching-alerts";
import type { Resolution } from "@/lib/alerts/schema";
import { cancelRotationRequest } from "@/lib/certificates/cancel-rotation-request";
import { findCertificate } from "@/lib/certificates/get-certificate";
import { requestRotation } from "@/lib/certificates/request-rotation";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { findIdentity } from "@/lib/identities/read-identities";
import { activateIdentity, suspendIdentity } from "@/lib/identities/set-identity-status";
import { updateIdentity } from "@/lib/identities/update-identity";
import type { RevocationReason } from "@/lib/pki/types";
import type { Deps } from "@/lib/runtime/deps";
import type { BulkHead, BulkItem } from "./bulk-repository";
import { seenAlertState } from "@/lib/bulk/select/decide-alert";
import { seenIdentityState, seenState } from "@/lib/bulk/select/decide-item";
import { type AlertAct, type BulkAct, changesAlerts, changesIdentities } from "./schema";

type ItemDeps = Pick<Deps, "db" | "clock" | "random" | "recorder">;

/** The state of an item as a dry run would see it now; null if there is no such item. */
export async function readSeenState(
  deps: ItemDeps,
  bulk: Pick<BulkHead, "act">,
  id: string,
): Promise<string | null> {
  const act = bulk.act as BulkAct;
  if (act === "issue") throw new Error("unreachable: a request has no state");
  if (changesIdentities(act)) {
    const row = await findIdentity(deps, id);
    return row && seenIdentityState(act, row);
  }
  if (changesAlerts(act)) {
    const row = await findAlert(deps, id);
    return row && seenAlertState(act, row);
  }
  const row = await findCertificate(deps, id);
  return row && seenState(act, row);
}

/** Does to one item what the bulk action does, through the use case for one. */
export async function changeItem(
  deps: ItemDeps,
  actor: Actor,
  bulk: BulkHead,
  item: Pick<BulkItem, "id" | "state">,
): Promise<void> {
  const { id } = item;
  const { comment, reason, owner, replaceBy, invalidityDate } = bulk;
  const act = bulk.act as BulkAct;
  if (changesAlerts(act)) {
    await changeAlert(deps, actor, { ...bulk, act }, item);
    return;
  }
  switch (act) {
    case "suspend":
      await suspendIdentity(deps, actor, id, { comment });
      return;
    case "activate":
      await activateIdentity(deps, actor, id, { comment });
      return;
    case "assign":
      await updateIdentity(deps, actor, id, { owner: owner ?? undefined });
      return;
    case "release":
      await releaseCertificate(deps, actor, id, { comment });
      return;
    case "request-rotation": {
      const input = { comment, ...(replaceBy && { replaceBy: replaceBy.toISOString() }) };
      await requestRotation(deps, actor, id, input, { capped: true });
      return;
    }
    case "cancel-rotation-request":
      await cancelRotationRequest(deps, actor, id, { comment }, { seen: true });
      return;
    case "hold":
    case "revoke": {
      const date = invalidityDate === null ? {} : { invalidityDate: invalidityDate.toISOString() };
      const input = {
        reason: act === "hold" ? "certificateHold" : (reason as RevocationReason),
        comment,
        ...date,
      } as const;
      await revokeCertificate(deps, actor, id, input, { refuseRepeat: true });
      return;
    }
    case "issue":
      throw new Error("unreachable: a request is issued, not changed");
  }
}

async function changeAlert(
  deps: ItemDeps,
  actor: Actor,
  { act, comment, assignee, resolution }: BulkHead & Readonly<{ act: AlertAct }>,
  { id, state }: Pick<BulkItem, "id" | "state">,
): Promise<void> {
  if (act === "acknowledge")
    await acknowledgeAlert(deps, actor, id, { comment }, { refuseRepeat: true });
  else if (act === "assign-alert")
    await assignAlert(deps, actor, id, { to: assignee, from: state || null });
  else await resolveAlert(deps, actor, id, { resolution: resolution as Resolution, comment });
}

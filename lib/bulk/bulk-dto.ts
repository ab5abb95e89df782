import { formatIso } from "@/lib/format/time";
import { plural } from "@/lib/format/count";
import type { Resolution } from "@/lib/alerts/schema";
import { formatSerial } from "@/lib/pki/serial";
import type { BulkLineRow } from "./bulk-lines-repository";
import type { BulkHead } from "./bulk-repository";
import { type BulkAct, type BulkDto, type BulkLine, type BulkStatus, nounOf } from "./schema";

const verbs: Readonly<Record<BulkAct, string>> = {
  revoke: "Revoke",
  hold: "Hold",
  release: "Release",
  "request-rotation": "Request the rotation of",
  "cancel-rotation-request": "Withdraw the request for rotation of",
  suspend: "Suspend",
  activate: "Activate",
  assign: "Assign",
  issue: "Issue",
  acknowledge: "Acknowledge",
  "assign-alert": "Assign",
  resolve: "Resolve",
};

const nouns = {
  certificates: { one: "certificate", many: "certificates" },
  identities: { one: "identity", many: "identities" },
  alerts: { one: "alert", many: "alerts" },
} as const;
function countItems(act: BulkAct, total: number): string {
  const { one, many } = nouns[nounOf(act)];
  return plural(total, one, many);
}

/** The bulk action as the target of an entry: "Revoke 240 certificates". */
export const bulkTarget = ({ id, act, total }: Pick<BulkHead, "id" | "act" | "total">) => ({
  kind: "bulk",
  id,
  label: `${verbs[act as BulkAct]} ${countItems(act as BulkAct, total)}`,
});

export function bulkDto(row: BulkHead): BulkDto {
  const { id, reason, owner, replaceBy, comment, total, done, changed, refused, cause } = row;
  return {
    id,
    act: row.act as BulkAct,
    status: row.status as BulkStatus,
    reason,
    owner,
    assignee: row.assigneeLabel,
    resolution: row.resolution as Resolution | null,
    replaceBy: replaceBy && formatIso(replaceBy),
    comment,
    total,
    done,
    changed,
    refused,
    cause,
    startedBy: row.actorLabel,
    createdAt: formatIso(row.createdAt),
    endedAt: row.endedAt && formatIso(row.endedAt),
  };
}

export const bulkLine = (row: BulkLineRow): BulkLine => ({
  certificateId: row.certificateId,
  identityId: row.identityId,
  alertId: row.alertId,
  name: row.name,
  serial: row.serial && formatSerial(row.serial),
  identity: row.identityName,
  outcome: (row.outcome ?? "pending") as BulkLine["outcome"],
  code: row.code,
  message: row.message,
  entryId: row.entryId,
  at: row.at && formatIso(row.at),
});

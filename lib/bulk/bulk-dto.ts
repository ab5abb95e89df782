import { formatIso } from "@/lib/format/time";
import { plural } from "@/lib/format/count";
import { formatSerial } from "@/lib/pki/serial";
import type { BulkHead, BulkLineRow } from "./bulk-repository";
import type { BulkAct, BulkDto, BulkLine, BulkStatus } from "./schema";

const verbs: Readonly<Record<BulkAct, string>> = {
  revoke: "Revoke",
  hold: "Hold",
  release: "Release",
};

/** The bulk action as the target of an entry: "Revoke 240 certificates". */
export const bulkTarget = ({ id, act, total }: Pick<BulkHead, "id" | "act" | "total">) => ({
  kind: "bulk",
  id,
  label: `${verbs[act as BulkAct]} ${plural(total, "certificate")}`,
});

export function bulkDto(row: BulkHead): BulkDto {
  const { id, reason, comment, total, done, changed, refused, cause } = row;
  return {
    id,
    act: row.act as BulkAct,
    status: row.status as BulkStatus,
    reason,
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
  name: row.commonName || row.subjectText,
  serial: formatSerial(row.serial),
  identity: row.identityName,
  outcome: (row.outcome ?? "pending") as BulkLine["outcome"],
  code: row.code,
  message: row.message,
  entryId: row.entryId,
  at: row.at && formatIso(row.at),
});

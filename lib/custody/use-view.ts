import type { UseViewRow } from "./custody-view-repository";
import type { UseView } from "./types";

export const useView = (row: UseViewRow): UseView => ({
  identity: { id: row.identity_id, name: row.name },
  certificateId: row.certificate_id,
  network: row.network,
  service: row.service,
  count: Number(row.count),
  refused: Number(row.refused),
  firstAt: row.first_at.toISOString(),
  lastAt: row.last_at.toISOString(),
  firstSeq: Number(row.first_seq),
  lastSeq: Number(row.last_seq),
});

import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { ReadyRequest } from "./types";

type Name = Readonly<{ type: string; value: string }>;
export type RequestRow = Readonly<{
  identityId: string;
  profileId: string;
  csrDer: Uint8Array;
  addNames: readonly Name[];
}>;

/** Keeps the requests of a bulk issue, in the order of its ids. */
export async function insertRequests(
  tx: AuditedTx,
  bulkId: string,
  requests: readonly ReadyRequest[],
): Promise<void> {
  await tx.bulkRequest.createMany({
    data: requests.map(({ label, identityId, profileId, csrDer, addNames }, index) => ({
      bulkId,
      n: index + 1,
      label,
      identityId,
      profileId,
      csrDer: new Uint8Array(csrDer),
      addNames: addNames.map((name) => ({ ...name })),
    })),
  });
}

export async function findRequest(
  db: Database,
  bulkId: string,
  n: number,
): Promise<RequestRow | null> {
  const row = await db.prisma.bulkRequest.findUnique({ where: { bulkId_n: { bulkId, n } } });
  return row && { ...row, addNames: row.addNames as unknown as readonly Name[] };
}

export type UnsignedRow = Readonly<{ certificateId: string; entryId: string }>;

/** Planned by this bulk issue and not signed, because the process was gone in between. */
export async function listUnsigned(db: Database, bulkId: string): Promise<UnsignedRow[]> {
  const { rows } = await db.pool.query<UnsignedRow>({
    name: "bulk-unsigned",
    text: `select c.id as "certificateId", r.entry_id as "entryId" from bulk_result r join certificate c on c.id = r.certificate_id
      where r.bulk_id = $1 and c.state = 'planned' order by r.n`,
    values: [bulkId],
  });
  return rows;
}

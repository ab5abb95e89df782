import type { Database } from "@/lib/db/database";
import { makeGroupCommit } from "@/lib/db/group-commit";
import type { RevocationReason } from "@/lib/pki/types";
import type { StatusKey, StatusRow } from "@/lib/status/types";

type Found = {
  n: number;
  id: string;
  state: string;
  revoked_at: Date | null;
  revocation_reason: RevocationReason | null;
  not_after: Date;
};

// Prepared, and one round trip for all that ask at the same time: this is the hottest read of the house.
const findStatuses = {
  name: "status-by-serial",
  text: `select k.n::int as n, c.id, c.state, c.revoked_at, c.revocation_reason, c.not_after
    from unnest($1::text[], $2::bytea[]) with ordinality as k (issuer_id, serial, n)
    join certificate c on c.issuer_id = k.issuer_id and c.serial = k.serial`,
};

/** Reads what the certificate table says about a serial of an issuer; null if there is no such row. */
export function makeStatusReader(db: Database): (key: StatusKey) => Promise<StatusRow | null> {
  return makeGroupCommit<StatusKey, StatusRow | null>({
    maxBatch: 500,
    work: async (keys) => {
      const values = [keys.map((key) => key.issuerId), keys.map((key) => Buffer.from(key.serial))];
      const { rows } = await db.pool.query<Found>({ ...findStatuses, values });
      const found: (StatusRow | null)[] = keys.map(() => null);
      for (const row of rows) {
        found[row.n - 1] = {
          certificateId: row.id,
          state: row.state,
          revokedAt: row.revoked_at,
          reason: row.revocation_reason,
          notAfter: row.not_after,
        };
      }
      return found;
    },
  });
}

export type StateCount = Readonly<{ state: string; count: number }>;

/** Certificates by state, for metrics. Estimated from the planner's figures would be cheaper, exact is still one index-only scan. */
export async function countByState(db: Database): Promise<StateCount[]> {
  const groups = await db.prisma.certificate.groupBy({ by: ["state"], _count: { _all: true } });
  return groups.map((group) => ({ state: group.state, count: group._count._all }));
}

/** How many entries the log holds, and how many committed ones still wait to be numbered. */
export async function readLogSize(db: Database): Promise<{ size: number; indexed: number }> {
  const { rows } = await db.pool.query<{ size: string; indexed: string }>(
    "select size, upto as indexed from tlog.head, tlog.indexed",
  );
  return { size: Number(rows[0]?.size ?? 0), indexed: Number(rows[0]?.indexed ?? 0) };
}

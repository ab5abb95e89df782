import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { recordOf } from "./summary";
import type { EntryDetails } from "./types";
import type { TrustLevel, VerificationView } from "./types-of-proof";

/** The last verifications of the whole log, newest first. Needs audit.read. */
export async function listVerifications(
  { db }: Pick<Deps, "db">,
  actor: Actor,
  most = 50,
): Promise<VerificationView[]> {
  authorize(actor, "audit.read");
  const { rows } = await db.pool.query<{ seq: string; entry: Buffer }>(
    "select e.seq, e.entry from tlog.search s join tlog.entry e using (seq) where s.action = 'verification.finished' and not s.is_read order by s.seq desc limit $1",
    [most],
  );
  return rows.map(({ seq, entry }) => {
    const { ts, outcome, details } = recordOf(entry),
      { level, size, milliseconds, problems, checks } =
        details as EntryDetails["verification.finished"];
    return {
      seq: Number(seq),
      at: ts,
      ok: outcome === "success",
      level: level as TrustLevel,
      size,
      milliseconds,
      problems,
      checks,
    };
  });
}

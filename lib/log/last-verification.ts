import type { Deps } from "@/lib/deps";
import { recordOf } from "./summary";
import type { EntryDetails } from "./types";
import type { TrustLevel, VerificationView } from "./types-of-proof";

/** What the last full verification of the log found, as its entry says; null if there was none. */
export async function lastVerification({ db }: Pick<Deps, "db">): Promise<VerificationView | null> {
  const {
    rows: [row],
  } = await db.pool.query<{ seq: string; entry: Buffer }>({
    name: "log-last-verification",
    text: "select e.seq, e.entry from tlog.search s join tlog.entry e using (seq) where s.action = 'verification.finished' and not s.is_read order by s.seq desc limit 1",
  });
  if (row === undefined) return null;
  const { ts, outcome, details } = recordOf(row.entry),
    { level, size, milliseconds, problems, checks } =
      details as EntryDetails["verification.finished"];
  return {
    seq: Number(row.seq),
    at: ts,
    ok: outcome === "success",
    level: level as TrustLevel,
    size,
    milliseconds,
    problems,
    checks,
  };
}

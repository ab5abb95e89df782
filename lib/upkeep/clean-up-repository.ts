import type { Database } from "@/lib/db/database";
import { deleteOldReceipts } from "@/lib/events/events-repository";

/** Deletes what has served its time: sessions that ended or ran out long ago, old sign-in failures, kept answers, receipts of events. Returns how many rows. */
export async function deleteOutdated(
  db: Database,
  before: Readonly<{ sessions: Date; failures: Date; answers: Date; receipts: Date }>,
): Promise<number> {
  const sessions = await db.prisma.session.deleteMany({
    where: { OR: [{ endedAt: { lt: before.sessions } }, { expiresAt: { lt: before.sessions } }] },
  });
  const failures = await db.prisma.signInFailure.deleteMany({
    where: { lastAt: { lt: before.failures } },
  });
  const answers = await db.prisma.idempotencyKey.deleteMany({
    where: { createdAt: { lt: before.answers } },
  });
  return (
    sessions.count + failures.count + answers.count + (await deleteOldReceipts(db, before.receipts))
  );
}

import type { Database } from "@/lib/db/database";
import { deleteOldReceipts } from "@/lib/events/event-repository";

/**
 * Deletes sessions and logins that ended or expired before a time, and older sign-in failures, stored responses
 * and receipts of events. Returns how many rows.
 */
export async function deleteOutdated(
  db: Database,
  before: Readonly<{
    sessions: Date;
    logins: Date;
    failures: Date;
    responses: Date;
    receipts: Date;
  }>,
): Promise<number> {
  const sessions = await db.prisma.session.deleteMany({
    where: { OR: [{ endedAt: { lt: before.sessions } }, { expiresAt: { lt: before.sessions } }] },
  });
  const logins = await db.prisma.login.deleteMany({
    where: { expiresAt: { lt: before.logins } },
  });
  const failures = await db.prisma.signInFailure.deleteMany({
    where: { lastAt: { lt: before.failures } },
  });
  const responses = await db.prisma.idempotencyKey.deleteMany({
    where: { createdAt: { lt: before.responses } },
  });
  return (
    sessions.count +
    logins.count +
    failures.count +
    responses.count +
    (await deleteOldReceipts(db, before.receipts))
  );
}

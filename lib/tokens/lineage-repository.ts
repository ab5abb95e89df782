import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

type MakerAccountRow = Readonly<{ id: string; email: string; role: string; status: string }>;
export type MakerTokenRow = Readonly<{
  id: string;
  name: string;
  role: string;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lineage: readonly string[];
}>;

/**
 * The account of that id, or the one that the token of that id belongs to. Locked against changes.
 */
export async function lockMakerAccount(
  tx: AuditedTx,
  kind: "account" | "token",
  id: string,
): Promise<MakerAccountRow | null> {
  const [row] =
    kind === "account"
      ? await tx.$queryRaw<
          MakerAccountRow[]
        >`select id, email, role, status from account where id = ${id} for share`
      : await tx.$queryRaw<
          MakerAccountRow[]
        >`select id, email, role, status from account where id = (select account_id from api_token where id = ${id}) for share`;
  return row ?? null;
}

/** A token and those that it was made with, nearest first. Locked against a revocation. */
export async function lockMakerTokens(
  tx: AuditedTx,
  id: string,
): Promise<readonly MakerTokenRow[]> {
  const rows = await tx.$queryRaw<MakerTokenRow[]>`
    select t.id, t.name, t.role, t.expires_at as "expiresAt", t.revoked_at as "revokedAt", t.lineage from api_token t
      where t.id = ${id} or t.id = any((select lineage from api_token where id = ${id})::text[]) order by t.id for share`;
  return rows.toSorted((one, other) => other.lineage.length - one.lineage.length);
}

export type EndedTokenRow = Readonly<{ id: string; name: string; role: string }>;

/** Locks the token first: whoever makes another one with it holds that lock until it is there. */
export async function revokeDescendantRows(
  tx: AuditedTx,
  id: string,
  now: Date,
): Promise<readonly EndedTokenRow[]> {
  return tx.$queryRaw<EndedTokenRow[]>`
    update api_token set revoked_at = ${now} where lineage @> array[${id}] and revoked_at is null and (expires_at is null or expires_at > ${now})
      returning id, name, role`;
}

/** Ends the tokens of an account whose roles are named. The account's row has to be locked. */
export async function revokeAccountRows(
  tx: AuditedTx,
  accountId: string,
  roles: readonly string[],
  now: Date,
): Promise<readonly EndedTokenRow[]> {
  return tx.$queryRaw<EndedTokenRow[]>`
    update api_token set revoked_at = ${now} where account_id = ${accountId} and role = any(${[...roles]}) and revoked_at is null and (expires_at is null or expires_at > ${now})
      returning id, name, role`;
}

/** The database, or a transaction in it. */
export type MakerReader = Readonly<{ prisma: Pick<Database["prisma"], "account" | "apiToken"> }>;

/** What of the makers of a credential is looked at: its account, and whether any of its tokens ended. */
export async function findMakerState(
  db: MakerReader,
  { accountId, lineage }: Readonly<{ accountId: string | null; lineage: readonly string[] }>,
  now: Date,
): Promise<
  Readonly<{ account: Readonly<{ status: string; role: string }> | null; ended: number }>
> {
  const [account, ended] = await Promise.all([
    accountId === null
      ? null
      : db.prisma.account.findUnique({
          where: { id: accountId },
          select: { status: true, role: true },
        }),
    db.prisma.apiToken.count({
      where: {
        id: { in: [...lineage] },
        OR: [{ revokedAt: { not: null } }, { expiresAt: { lte: now } }],
      },
    }),
  ]);
  return { account, ended };
}

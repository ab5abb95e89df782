import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { ProxyKind, ProxyScope } from "./schema";

export type ProxyRow = Readonly<{
  id: string;
  identityId: string;
  kind: string;
  hops: number;
  scopes: readonly string[];
  /** The number of entries when proxies got scopes, for a proxy that was trusted before. */
  unscopedUntil: bigint | null;
  status: string;
  note: string;
  createdAt: Date;
  changedAt: Date;
  identity: Readonly<{ name: string }>;
}>;
export type ProxyFields = Readonly<{
  kind?: ProxyKind;
  hops?: number;
  scopes?: readonly ProxyScope[];
  note?: string;
  status?: "active" | "removed";
}>;

const withName = { include: { identity: { select: { name: true } } } } as const;

export async function insertProxy(
  tx: AuditedTx,
  { identity: _identity, scopes, ...data }: ProxyRow,
): Promise<void> {
  await tx.proxy.create({ data: { ...data, scopes: [...scopes] } });
}

export async function updateProxyRow(
  tx: AuditedTx,
  id: string,
  { scopes, ...fields }: ProxyFields,
  changedAt: Date,
): Promise<void> {
  await tx.proxy.update({
    where: { id },
    data: { ...fields, ...(scopes && { scopes: [...scopes] }), changedAt },
  });
}

/**
 * By its id, or that of its identity. Locked until the transaction ends, so that what is compared
 * is what is changed.
 */
export async function findProxyForUpdate(
  tx: AuditedTx,
  by: Readonly<{ id: string } | { identityId: string }>,
): Promise<ProxyRow | null> {
  if ("id" in by) await tx.$queryRaw`select id from proxy where id = ${by.id} for update`;
  else await tx.$queryRaw`select id from proxy where identity_id = ${by.identityId} for update`;
  return tx.proxy.findUnique({ where: by, ...withName });
}

export const findProxyRow = async (db: Database, id: string): Promise<ProxyRow | null> =>
  db.prisma.proxy.findUnique({ where: { id }, ...withName });

/** Those that are trusted first, by name. There are as many as a company has proxies. */
export const listProxyRows = async (db: Database): Promise<ProxyRow[]> =>
  db.prisma.proxy.findMany({
    ...withName,
    orderBy: [{ status: "asc" }, { identity: { name: "asc" } }],
  });

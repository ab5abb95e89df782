import type { AccountKey } from "@/lib/acme/types";
import type { Deps } from "@/lib/runtime/deps";

const maxKeys = 10_000;
const keysByPool = new WeakMap<Deps["db"]["pool"], Map<string, AccountKey>>();

/**
 * The key that an account had at its last request, read and imported already. It may have another one
 * by now: whoever trusts a signature of this one asks the database whether it still counts.
 */
export const knownKey = (
  { pool }: Pick<Deps["db"], "pool">,
  accountId: string,
): AccountKey | null => keysByPool.get(pool)?.get(accountId) ?? null;

export function rememberKey(
  { pool }: Pick<Deps["db"], "pool">,
  accountId: string,
  key: AccountKey,
): void {
  const keys = keysByPool.get(pool) ?? new Map<string, AccountKey>();
  if (keys.size >= maxKeys) keys.clear();
  keysByPool.set(pool, keys.set(accountId, key));
}

export const forgetKey = ({ pool }: Pick<Deps["db"], "pool">, accountId: string): void =>
  void keysByPool.get(pool)?.delete(accountId);

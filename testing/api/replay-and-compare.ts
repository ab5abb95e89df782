import { reconcile } from "@/lib/log/reconcile/reconcile";
import type { Harness } from "@/testing/harness";
import { asSuperuser } from "@/testing/log/as-superuser";

/**
 * Changes rows without the log, as a database superuser could, and returns what the
 * comparison with the log then finds.
 */
export async function replayAndCompare(
  harness: Harness,
  changes: readonly string[] = [],
): Promise<readonly string[]> {
  await harness.entries();
  for (const change of changes)
    await asSuperuser(
      harness.urls.superUrl,
      `begin; set local session_replication_role = replica; alter table proxy disable trigger user; alter table identity disable trigger user; ${change}; commit`,
    );
  return (await reconcile(harness.deps)).problems;
}

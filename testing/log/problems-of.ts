import { makeCredentialCheck } from "@/lib/log/live/check-credentials";
import { makeCheck } from "@/lib/log/reconcile/check";
import { reconcile } from "@/lib/log/reconcile/reconcile";
import type { Harness } from "@/testing/harness";

/**
 * What verification says of the tables and of the credentials that entries were made with. Nothing,
 * whatever was done through the use cases.
 */
export async function problemsOf({ deps, entries }: Harness): Promise<readonly string[]> {
  const check = makeCheck();
  const credentials = makeCredentialCheck({ credentials: check });
  for (const [seq, record] of (await entries()).entries()) credentials.add(seq, record);
  return [...check.result().problems, ...(await reconcile(deps)).problems];
}

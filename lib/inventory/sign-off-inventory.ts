import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { authorizeInventory } from "./record-inventory";
import type { SignOffInput } from "./schema";
import { digestInventory } from "./report-repository";

/**
 * Records that the inventory was reviewed, exactly as the report showed it. It changes nothing else,
 * so auditors may. Errors: `forbidden`, `inventory.changed`.
 */
export async function signOffInventory(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  { sha256, comment }: SignOffInput,
): Promise<Recorded<{ count: number }>> {
  authorizeInventory(actor, "certificates.read");
  authorize(actor, "audit.verify");
  const digest = await digestInventory(deps.db, deps.clock.now());
  if (digest.sha256 !== sha256)
    throw new AppError(
      "inventory.changed",
      "Certificates were issued, revoked or expired since the report was made. Reload it, and review it again.",
    );
  const { entryId } = await recordEntry(deps.recorder, actor, {
    action: "inventory.signed-off",
    outcome: "success",
    target: null,
    details: { count: digest.count, sha256, comment },
  });
  return { result: { count: digest.count }, entryId };
}

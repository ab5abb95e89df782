import { settingsDigest } from "./settings-digest";
import { systemActor } from "@/lib/access/actor";
import { newId } from "@/lib/format/ids";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { deliverySettings } from "./delivery-settings";
import { configOf, destinationTarget } from "./destination-dto";
import {
  findReadableWebhooks,
  lockDestination,
  updateDestinationRow,
} from "./destination-repository";
import { openSecret, sealSecret } from "@/lib/delivery/secrets/seal-secret";
import { maskUrl } from "@/lib/delivery/secrets/secret-url";
import { isReadableUrl, storedSettings } from "@/lib/delivery/secrets/stored-webhook";

type SealDeps = Pick<Deps, "db" | "clock" | "random" | "recorder" | "delivery">;

/**
 * Seals the URLs of webhooks that earlier versions stored readable, each with an entry. Of a
 * removed destination only the masked URL is left. Returns how many there were. Errors:
 * `destination.secret-unreadable`, `delivery.no-key`.
 */
export async function sealReadableUrls(deps: SealDeps): Promise<number> {
  const ids = await findReadableWebhooks(deps.db);
  for (const id of ids) await sealUrl(deps, id);
  return ids.length;
}

async function sealUrl(deps: SealDeps, id: string): Promise<void> {
  const { key } = deliverySettings(deps);
  const now = deps.clock.now();
  const actor = systemActor("deliveries", newId("req", now, deps.random.bytes));
  await auditedTransaction(deps.recorder, actor, async (tx) => {
    const row = await lockDestination(tx, id);
    const config = row && configOf(row);
    if (row === null || config?.kind !== "webhook" || !isReadableUrl(config)) return null;
    const url = maskUrl(config.url);
    const secret = row.sealed === null ? "" : openSecret(key, id, row.sealed);
    const stored = storedSettings({ config, secret });
    const sealed =
      row.status === "removed" ? null : sealSecret(key, id, stored.secret, deps.random);
    await updateDestinationRow(tx, id, {
      config: stored.config,
      sealed,
      changedAt: row.changedAt,
    });
    return {
      result: null,
      entries: [
        {
          action: "destination.updated",
          outcome: "success",
          target: destinationTarget(row),
          details: {
            changes: { url: { from: url, to: `${url} (sealed)` } },
            settingsDigest: settingsDigest({ config: stored.config, sealed }),
          },
        },
      ],
    };
  });
}

import { settingsDigest } from "./settings-digest";
import { sha256Hex } from "@/lib/format/hash";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { assertAddressAllowed } from "./assert-address-allowed";
import { refuseExistingName } from "./create-destination";
import { deliverySettings } from "./delivery-settings";
import { configOf, destinationTarget, destinationNotFound, shownConfig } from "./destination-dto";
import {
  findDestination,
  retryDeliveriesNow,
  lockDestination,
  updateDestinationRow,
  type DestinationRow,
} from "./destination-repository";
import { getDestination } from "./read-destinations";
import {
  invalidDestination,
  resolveSecret,
  type ResolvedSecret,
} from "@/lib/delivery/secrets/resolve-secret";
import type { DestinationChange, DestinationConfig, DestinationDto } from "./schema";
import { resolveWebhook } from "@/lib/delivery/secrets/resolve-webhook";
import { sealSecret } from "@/lib/delivery/secrets/seal-secret";
import { storedSettings } from "@/lib/delivery/secrets/stored-webhook";

type Changes = Record<string, { from: string | null; to: string | null }>;
type UpdateDeps = Pick<Deps, "db" | "clock" | "random" | "recorder" | "delivery">;

/**
 * Changes a destination's settings, secret or status. Pending deliveries of an active destination
 * are retried immediately. A generated `secret` is returned this once. Errors:
 * `destination.not-found`, `destination.exists`, `destination.invalid` with findings,
 * `delivery.no-key`.
 */
export async function updateDestination(
  deps: UpdateDeps,
  actor: Actor,
  id: string,
  change: DestinationChange,
): Promise<Recorded<DestinationDto>> {
  authorize(actor, "destinations.write");
  const before = await findDestination(deps.db, id);
  if (before === null) throw destinationNotFound();
  const { key, allow } = deliverySettings(deps);
  const now = deps.clock.now();
  if (change.config !== undefined || change.secret)
    await assertAddressAllowed(change.config ?? configOf(before), change.secret, allow);
  const { result, entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    const row = await lockDestination(tx, id);
    if (row === null || row.status === "removed") throw destinationNotFound();
    const resolved = resolveChange(deps, row, change, key);
    const { config, secret, generated, shownSecret } = resolved;
    const changes = changesOf(row, change, resolved);
    const { name = row.name, status = row.status, minSeverity = row.minSeverity } = change;
    const sealed =
      secret === undefined
        ? {}
        : { sealed: secret === null ? null : sealSecret(key, id, secret, deps.random) };
    const isChanged = Object.keys(changes).length > 0;
    const digest = settingsDigest(isChanged ? { sealed: row.sealed, config, ...sealed } : row);
    if (isChanged)
      await updateDestinationRow(tx, id, {
        name,
        status,
        minSeverity,
        config,
        ...sealed,
        changedAt: now,
      });
    if (status === "active") await retryDeliveriesNow(tx, id, now);
    return {
      result: generated && shownSecret ? { secret: shownSecret } : {},
      entries: [
        {
          action: "destination.updated",
          outcome: "success",
          target: destinationTarget({ id, name }),
          details: { changes, settingsDigest: digest },
        },
      ],
    };
  }).catch((error: unknown) => refuseExistingName(error, change.name ?? ""));
  return { result: { ...(await getDestination(deps, actor, id)), ...result }, entryId };
}

/**
 * `config` and `secret` as they are stored. `shownSecret`: the key of a webhook that was generated
 * here. `newSecret`: another secret was given or generated.
 */
type ResolvedChange = ResolvedSecret &
  Readonly<{
    shownSecret: string | null;
    newSecret: string | null | undefined;
    urlReplaced: boolean;
  }>;

function resolveChange(
  deps: UpdateDeps,
  row: DestinationRow,
  change: DestinationChange,
  key: Uint8Array,
): ResolvedChange {
  const current = configOf(row);
  const config = change.config ?? current;
  if (config.kind !== current.kind)
    throw invalidDestination(
      "config.kind",
      "The kind of a destination can't be changed. Add another destination instead.",
    );
  const resolved = resolveSecret(
    { config, secret: change.secret, regenerate: change.newSecret },
    { config: current, hasSecret: row.sealed !== null },
    deps.random,
  );
  const { secret: newSecret } = resolved;
  if (
    resolved.config.kind !== "webhook" ||
    (change.config === undefined && newSecret === undefined)
  )
    return { ...resolved, shownSecret: null, newSecret, urlReplaced: false };
  const { urlReplaced, ...webhook } = resolveWebhook(
    { config: resolved.config, secret: newSecret },
    row,
    key,
  );
  return {
    ...storedSettings(webhook),
    generated: resolved.generated,
    shownSecret: webhook.secret,
    newSecret,
    urlReplaced: change.config !== undefined && urlReplaced,
  };
}

function changesOf(
  row: DestinationRow,
  change: DestinationChange,
  { config, newSecret: secret, urlReplaced }: ResolvedChange,
): Changes {
  const changes: Changes = {};
  for (const field of ["name", "status", "minSeverity"] as const) {
    const to = change[field];
    if (to !== undefined && to !== row[field]) changes[field] = { from: row[field], to };
  }
  const before = recordedConfig(configOf(row));
  for (const [field, to] of Object.entries(recordedConfig(config)))
    if (before[field] !== to) changes[field] = { from: before[field] ?? null, to };
  // Two URLs of one host look the same here, because their paths are secrets.
  if (urlReplaced && changes["url"] === undefined)
    changes["url"] = { from: before["url"] ?? null, to: `${before["url"]} (replaced)` };
  if (secret !== undefined && (secret !== null || row.sealed !== null))
    changes["secret"] = {
      from: row.sealed === null ? null : "sealed",
      to: secret === null ? null : "replaced",
    };
  return changes;
}

/** The settings as entries have them: one text each, and the hash of CA certificates. */
function recordedConfig(stored: DestinationConfig): Record<string, string> {
  const { kind: _kind, ...config } = shownConfig(stored);
  return Object.fromEntries(
    Object.entries(config).map(([field, value]) => [
      field,
      field === "ca" && value !== "" ? `sha256:${sha256Hex(String(value))}` : String(value),
    ]),
  );
}

import { createHash } from "node:crypto";
import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import { assertOpen } from "./assert-open";
import { refuseTakenName } from "./create-destination";
import { deliverySettings } from "./delivery-settings";
import { configOf, destinationTarget, noSuchDestination } from "./destination-dto";
import {
  findDestination,
  hurryDeliveries,
  lockDestination,
  updateDestinationRow,
  type DestinationRow,
} from "./destination-repository";
import { getDestination } from "./get-destination";
import type { DestinationChange, DestinationConfig, DestinationDto } from "./schema";
import { sealSecret } from "./seal";
import { invalid, settleSecret, type Settled } from "./settle-secret";

type Changes = Record<string, { from: string | null; to: string | null }>;
type Needs = Pick<Deps, "db" | "clock" | "random" | "delivery">;

/**
 * Changes a destination's settings, secret or state. What waits for an active one is tried again at once. `secret` is in the answer if it was made
 * here. Errors: `destination.not-found`, `destination.exists`, `destination.invalid` with findings.
 */
export async function updateDestination(
  deps: Needs,
  actor: Actor,
  id: string,
  change: DestinationChange,
): Promise<DestinationDto & { entryId: string }> {
  authorize(actor, "destinations.write");
  const before = await findDestination(deps.db, id);
  if (before === null) throw noSuchDestination();
  const { key, allow } = deliverySettings(deps),
    now = deps.clock.now();
  if (change.config !== undefined || change.secret)
    await assertOpen(change.config ?? configOf(before), change.secret, allow);
  const { result, entryIds } = await auditedTransaction(deps, actor, async (tx) => {
    const row = await lockDestination(tx, id);
    if (row === null || row.status === "removed") throw noSuchDestination();
    const settled = settle(deps, row, change),
      { config, secret, made } = settled,
      changes = changesOf(row, change, settled);
    const { name = row.name, status = row.status, minSeverity = row.minSeverity } = change;
    const sealed =
      secret === undefined
        ? {}
        : { sealed: secret === null ? null : sealSecret(key, id, secret, deps.random) };
    if (Object.keys(changes).length > 0)
      await updateDestinationRow(tx, id, {
        name,
        status,
        minSeverity,
        config,
        ...sealed,
        changedAt: now,
      });
    if (status === "active") await hurryDeliveries(tx, id, now);
    return {
      result: made && secret ? { secret } : {},
      entries: [
        {
          action: "destination.updated",
          outcome: "success",
          target: destinationTarget({ id, name }),
          details: { changes },
        },
      ],
    };
  }).catch((error: unknown) => refuseTakenName(error, change.name ?? ""));
  return { ...(await getDestination(deps, actor, id)), ...result, entryId: entryIds[0] ?? "" };
}

function settle(deps: Needs, row: DestinationRow, change: DestinationChange): Settled {
  const was = configOf(row),
    config = change.config ?? was;
  if (config.kind !== was.kind)
    throw invalid("config.kind", "A destination keeps its kind. Add another one instead.");
  return settleSecret(
    { config, secret: change.secret, fresh: change.newSecret },
    { config: was, hasSecret: row.sealed !== null },
    deps.random,
  );
}

function changesOf(
  row: DestinationRow,
  change: DestinationChange,
  { config, secret }: Settled,
): Changes {
  const changes: Changes = {};
  for (const field of ["name", "status", "minSeverity"] as const) {
    const to = change[field];
    if (to !== undefined && to !== row[field]) changes[field] = { from: row[field], to };
  }
  const was = plain(configOf(row));
  for (const [field, to] of Object.entries(plain(config)))
    if (was[field] !== to) changes[field] = { from: was[field] ?? null, to };
  if (secret !== undefined && (secret !== null || row.sealed !== null))
    changes["secret"] = {
      from: row.sealed === null ? null : "sealed",
      to: secret === null ? null : "replaced",
    };
  return changes;
}

/** Settings as an entry keeps them: one text each, and of certificates their hash. */
function plain({ kind: _kind, ...config }: DestinationConfig): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([field, value]) => [
      field,
      field === "ca" && value !== ""
        ? `sha256:${createHash("sha256").update(String(value)).digest("hex")}`
        : String(value),
    ]),
  );
}

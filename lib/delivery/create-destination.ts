import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/ids";
import { auditedTransaction, uniqueViolation } from "@/lib/log/audited-transaction";
import { assertOpen } from "./assert-open";
import { deliverySettings } from "./delivery-settings";
import { addressOf, destinationDto, destinationTarget } from "./destination-dto";
import { insertDestination } from "./destination-repository";
import type { DestinationDto, DestinationInput } from "./schema";
import { sealSecret } from "./seal";
import { settleSecret } from "./settle-secret";

/** What happens when a name is taken. */
export function refuseTakenName(error: unknown, name: string): never {
  if (uniqueViolation(error) === null) throw error;
  const message = `There is a destination named ${name} already. Choose another name.`;
  throw new AppError("destination.exists", message, {
    kind: "conflict",
    findings: [{ code: "destination.exists", path: "name", message }],
    cause: error,
  });
}

/**
 * Adds a place that alerts are sent to. `secret` is in the answer if it was made here, once; the database holds it sealed. Errors:
 * `destination.exists`, `destination.invalid` with findings.
 */
export async function createDestination(
  deps: Pick<Deps, "db" | "clock" | "random" | "delivery">,
  actor: Actor,
  input: DestinationInput,
): Promise<DestinationDto & { entryId: string }> {
  authorize(actor, "destinations.write");
  const { key, allow } = deliverySettings(deps),
    now = deps.clock.now(),
    id = newId("dst", now, deps.random.bytes);
  const { config, secret, made } = settleSecret(
    { config: input.config, secret: input.secret },
    null,
    deps.random,
  );
  await assertOpen(config, secret, allow);
  const sealed = secret ? sealSecret(key, id, secret, deps.random) : null;
  const row = {
    id,
    kind: config.kind,
    name: input.name,
    status: "active",
    config,
    sealed,
    minSeverity: input.minSeverity,
    createdAt: now,
    changedAt: now,
  };
  const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
    await insertDestination(tx, row);
    const details = {
      kind: config.kind,
      name: row.name,
      address: addressOf(config),
      minSeverity: row.minSeverity,
    };
    return {
      result: null,
      entries: [
        {
          action: "destination.created",
          outcome: "success",
          target: destinationTarget(row),
          details,
        },
      ],
    };
  }).catch((error: unknown) => refuseTakenName(error, input.name));
  return {
    ...destinationDto(row, undefined),
    ...(made && secret ? { secret } : {}),
    entryId: entryIds[0] ?? "",
  };
}

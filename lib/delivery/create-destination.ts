import { settingsDigest } from "./settings-digest";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { auditedTransaction, uniqueViolation } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { assertAddressAllowed } from "./assert-address-allowed";
import { deliverySettings } from "./delivery-settings";
import { addressOf, destinationDto, destinationTarget } from "./destination-dto";
import { insertDestination } from "./destination-repository";
import { resolveSecret } from "@/lib/delivery/secrets/resolve-secret";
import { resolveWebhook } from "@/lib/delivery/secrets/resolve-webhook";
import type { DestinationDto, DestinationInput } from "./schema";
import { sealSecret } from "@/lib/delivery/secrets/seal-secret";
import { storedSettings } from "@/lib/delivery/secrets/stored-webhook";

/** Turns a violated unique constraint into `destination.exists`. */
export function refuseExistingName(error: unknown, name: string): never {
  if (uniqueViolation(error) === null) throw error;
  const message = `A destination named ${name} already exists. Choose another name.`;
  throw new AppError("destination.exists", message, {
    findings: [{ code: "destination.exists", path: "name", message }],
    cause: error,
  });
}

/**
 * Adds a destination that alerts are sent to. A generated `secret` is returned this once; the
 * database has it only encrypted. Errors: `destination.exists`, `destination.invalid` with
 * findings, `delivery.no-key`.
 */
export async function createDestination(
  deps: Pick<Deps, "clock" | "random" | "recorder" | "delivery">,
  actor: Actor,
  input: DestinationInput,
): Promise<Recorded<DestinationDto>> {
  authorize(actor, "destinations.write");
  const { key, allow } = deliverySettings(deps);
  const now = deps.clock.now();
  const id = newId("dst", now, deps.random.bytes);
  const { config, secret, generated } = resolveSecret(
    { config: input.config, secret: input.secret },
    null,
    deps.random,
  );
  await assertAddressAllowed(config, secret, allow);
  if (config.kind === "webhook") resolveWebhook({ config, secret }, null, key);
  const stored = storedSettings({ config, secret });
  const sealed = stored.secret ? sealSecret(key, id, stored.secret, deps.random) : null;
  const row = {
    id,
    kind: config.kind,
    name: input.name,
    status: "active",
    config: stored.config,
    sealed,
    minSeverity: input.minSeverity,
    createdAt: now,
    changedAt: now,
  };
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    await insertDestination(tx, row);
    const details = {
      kind: config.kind,
      name: row.name,
      address: addressOf(config),
      minSeverity: row.minSeverity,
      settingsDigest: settingsDigest(row),
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
  }).catch((error: unknown) => refuseExistingName(error, input.name));
  return {
    result: { ...destinationDto(row, undefined), ...(generated && secret ? { secret } : {}) },
    entryId,
  };
}

import { isAppError } from "@/lib/errors/app-error";
import { resolveAllowedAddresses } from "./open-socket";
import { invalidDestination } from "@/lib/delivery/secrets/resolve-secret";
import type { DestinationConfig } from "./schema";

const lookupTimeoutMs = 2_000;

/**
 * Reports at its field that a destination's address is not allowed. This is feedback for the form;
 * each attempt checks again. A hostname that can't be resolved yet is no error. Errors:
 * `destination.invalid`.
 */
export async function assertAddressAllowed(
  config: DestinationConfig,
  secret: string | null | undefined,
  allow: readonly string[],
): Promise<void> {
  const [host, path] = hostOf(config, secret);
  if (host === null) return;
  try {
    await resolveAllowedAddresses(host, { allow, signal: AbortSignal.timeout(lookupTimeoutMs) });
  } catch (error) {
    if (isAppError(error) && error.code === "outbound.closed")
      throw invalidDestination(path, error.message);
  }
}

function hostOf(
  config: DestinationConfig,
  secret: string | null | undefined,
): readonly [string | null, string] {
  if (config.kind === "webhook") return [new URL(config.url).hostname, "config.url"];
  if (config.kind === "slack") return [secret ? new URL(secret).hostname : null, "secret"];
  return [config.host, "config.host"];
}

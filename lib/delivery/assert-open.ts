import { isAppError } from "@/lib/errors/app-error";
import { checkedAddresses } from "./open-socket";
import type { DestinationConfig } from "./schema";
import { invalid } from "./settle-secret";

const LONGEST_LOOK_MS = 2_000;

/**
 * Says beside the field that a destination lies where deliveries do not go. For the person who types: what counts is the check at each attempt. A name
 * that has no address yet is no mistake.
 */
export async function assertOpen(
  config: DestinationConfig,
  secret: string | null | undefined,
  allow: readonly string[],
): Promise<void> {
  const [host, path] = placeOf(config, secret);
  if (host === null) return;
  try {
    await checkedAddresses(host, { allow, signal: AbortSignal.timeout(LONGEST_LOOK_MS) });
  } catch (error) {
    if (isAppError(error) && error.code === "outbound.closed") throw invalid(path, error.message);
  }
}

function placeOf(
  config: DestinationConfig,
  secret: string | null | undefined,
): readonly [string | null, string] {
  if (config.kind === "webhook") return [new URL(config.url).hostname, "config.url"];
  if (config.kind === "slack") return [secret ? new URL(secret).hostname : null, "secret"];
  return [config.host, "config.host"];
}

import { isAppError } from "@/lib/errors/app-error";
import { configOf } from "@/lib/delivery/destination-dto";
import type { DestinationRow } from "@/lib/delivery/destination-repository";
import { invalidDestination, type ResolvedSecret } from "./resolve-secret";
import type { DestinationConfig } from "@/lib/delivery/schema";
import { openSecret } from "./seal-secret";
import { isMaskedUrl, maskUrl } from "./secret-url";
import { openSettings } from "./stored-webhook";

type WebhookConfig = Extract<DestinationConfig, { kind: "webhook" }>;
type Stored = Pick<DestinationRow, "id" | "config" | "sealed">;
/** `urlReplaced`: another URL than the stored one, also where both look the same once masked. */
type ResolvedWebhook = Readonly<{ config: WebhookConfig; secret: string; urlReplaced: boolean }>;

/**
 * The URL and key of a webhook after a change. The masked URL, as a form sends it back untouched,
 * keeps the stored one. Errors: `destination.invalid` at `config.url`,
 * `destination.secret-unreadable` where something has to be kept that can't be decrypted.
 */
export function resolveWebhook(
  { config, secret }: Readonly<{ config: WebhookConfig; secret: ResolvedSecret["secret"] }>,
  row: Stored | null,
  key: Uint8Array,
): ResolvedWebhook {
  const keepsUrl = isMaskedUrl(config.url);
  const current = row === null ? null : openWebhook(row, key, keepsUrl || secret === undefined);
  if (keepsUrl && (current === null || maskUrl(current.url) !== maskUrl(config.url)))
    throw invalidDestination(
      "config.url",
      "Paste the whole URL. The part after the host isn’t shown, so it can only be kept for the same host.",
    );
  const url = new URL(keepsUrl && current !== null ? current.url : config.url).href;
  return {
    config: { ...config, url },
    secret: secret ?? current?.key ?? "",
    urlReplaced: current === null || new URL(current.url).href !== url,
  };
}

/** The stored URL and key; null if they can't be decrypted and nothing of them is needed. */
function openWebhook(
  row: Stored,
  key: Uint8Array,
  isNeeded: boolean,
): Readonly<{ url: string; key: string }> | null {
  try {
    const opened = row.sealed === null ? "" : openSecret(key, row.id, row.sealed);
    const { config, secret } = openSettings(configOf(row), opened);
    return config.kind === "webhook" ? { url: config.url, key: secret } : null;
  } catch (error) {
    if (isNeeded || !isAppError(error)) throw error;
    return null;
  }
}

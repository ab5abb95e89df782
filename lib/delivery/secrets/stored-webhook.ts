import { AppError } from "@/lib/errors/app-error";
import type { DestinationConfig } from "@/lib/delivery/schema";
import { isMaskedUrl, maskUrl } from "./secret-url";

type Config = DestinationConfig;
type WebhookConfig = Extract<Config, { kind: "webhook" }>;
/** The settings of a destination and its secret; null if it has none, undefined to keep it. */
type Settings<S> = Readonly<{ config: Config; secret: S }>;

/**
 * What is stored of a destination: of a webhook's URL only the masked form is readable, and the URL
 * is sealed with the key.
 */
export function storedSettings<S extends string | null | undefined>({
  config,
  secret,
}: Settings<S>): Settings<S | string> {
  if (config.kind !== "webhook") return { config, secret };
  return {
    config: { ...config, url: maskUrl(config.url) },
    secret: JSON.stringify({ key: secret ?? "", url: config.url }),
  };
}

/**
 * The reverse, from the opened secret. Earlier versions stored the URL readable and sealed the key
 * alone.
 */
export function openSettings(config: Config, secret: string): Settings<string> {
  if (config.kind !== "webhook") return { config, secret };
  const sealed = readSealed(secret);
  if (sealed !== null) return { config: { ...config, url: sealed.url }, secret: sealed.key };
  if (isMaskedUrl(config.url)) throw unreadable();
  return { config, secret };
}

/** Whether a version of Chancery that kept the URL readable has stored this. */
export const isReadableUrl = (config: WebhookConfig): boolean =>
  maskUrl(config.url).endsWith("…") && !isMaskedUrl(config.url);

function readSealed(secret: string): Readonly<{ key: string; url: string }> | null {
  try {
    const { key, url } = JSON.parse(secret) as { key?: unknown; url?: unknown };
    return typeof key === "string" && typeof url === "string" ? { key, url } : null;
  } catch {
    return null;
  }
}

const unreadable = (): AppError =>
  new AppError(
    "destination.secret-unreadable",
    "The URL of this destination can't be read. Enter the whole URL again.",
  );

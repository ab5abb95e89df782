import { AppError } from "@/lib/errors/app-error";
import type { Finding } from "@/lib/errors/types";
import type { Random } from "@/lib/runtime/clock";
import type { DestinationConfig } from "@/lib/delivery/schema";

type StoredSecret = Readonly<{ config: DestinationConfig; hasSecret: boolean }>;
type SecretInput = Readonly<{
  config: DestinationConfig;
  secret: string | undefined;
  regenerate?: boolean | undefined;
}>;
/**
 * `secret`: null for none, undefined to keep the stored one. `generated`: it was generated here, and
 * must be shown this once.
 */
export type ResolvedSecret = Readonly<{
  config: DestinationConfig;
  secret: string | null | undefined;
  generated: boolean;
}>;

const minKeyLength = 16;

/**
 * Combines the settings of a destination with its secret, for a new destination (`stored` null) or a
 * change. Errors: `destination.invalid` with findings.
 */
export function resolveSecret(
  { config, secret: input, regenerate = false }: SecretInput,
  stored: StoredSecret | null,
  random: Random,
): ResolvedSecret {
  const secret = input === undefined || input === "" ? undefined : input;
  switch (config.kind) {
    case "email":
      return { config, secret: emailSecret(config, secret, stored), generated: false };
    case "webhook":
      return { config, ...webhookKey(secret, stored?.hasSecret === true && !regenerate, random) };
    case "slack":
      return { ...slackSecret(config, secret, stored), generated: false };
    case "syslog": {
      if (secret !== undefined)
        throw invalidDestination("secret", "Leave the secret empty. Syslog doesn't use one.");
      return { config, secret: null, generated: false };
    }
  }
}

function webhookKey(
  secret: string | undefined,
  keepStored: boolean,
  random: Random,
): Pick<ResolvedSecret, "secret" | "generated"> {
  if (secret !== undefined && secret.length < minKeyLength)
    throw invalidDestination(
      "secret",
      `Enter at least ${minKeyLength} characters, or leave it empty to generate a key.`,
    );
  if (secret !== undefined || keepStored) return { secret, generated: false };
  const generatedKey = `chw_${Buffer.from(random.bytes(32)).toString("base64url")}`;
  return { secret: generatedKey, generated: true };
}

function slackSecret(
  config: Extract<DestinationConfig, { kind: "slack" }>,
  secret: string | undefined,
  stored: StoredSecret | null,
): Pick<ResolvedSecret, "config" | "secret"> {
  if (secret !== undefined) return { config: { ...config, shown: redactedUrl(secret) }, secret };
  if (stored?.config.kind !== "slack" || !stored.hasSecret)
    throw invalidDestination("secret", "Paste the whole URL of the incoming webhook.");
  return { config: stored.config, secret };
}

/** A stored password is only ever sent to the server that it was entered for, and only over TLS. */
function emailSecret(
  config: Extract<DestinationConfig, { kind: "email" }>,
  secret: string | undefined,
  stored: StoredSecret | null,
): string | null | undefined {
  if (config.user === "") {
    if (secret !== undefined)
      throw invalidDestination("config.user", "Enter the username that the password belongs to.");
    return null;
  }
  if (config.security === "none")
    throw invalidDestination(
      "config.security",
      "Passwords are sent only over TLS. Choose STARTTLS or TLS, or leave the username empty.",
    );
  if (secret !== undefined) return secret;
  const current = stored?.config.kind === "email" && stored.hasSecret ? stored.config : null;
  if (current === null) throw invalidDestination("secret", "Enter the password of this user.");
  if (
    current.host !== config.host ||
    current.port !== config.port ||
    current.user !== config.user ||
    current.ca !== config.ca
  )
    throw invalidDestination(
      "secret",
      "Enter the password again. It would be sent to a different server or for a different user.",
    );
  return undefined;
}

/** The path of a webhook URL is its secret, so only the host is shown. */
function redactedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw invalidDestination("secret", "Enter a URL that starts with https://.");
  return `${url.protocol}//${url.host}/…`;
}

/** One problem, at its field. */
export function invalidDestination(path: string, message: string): AppError {
  const findings: Finding[] = [{ code: "destination.invalid", path, message }];
  return new AppError("destination.invalid", message, { findings });
}

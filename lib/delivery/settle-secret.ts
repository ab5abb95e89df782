import type { Random } from "@/lib/deps";
import { AppError, type Finding } from "@/lib/errors/app-error";
import type { DestinationConfig } from "./schema";

type Before = Readonly<{ config: DestinationConfig; hasSecret: boolean }>;
type Given = Readonly<{
  config: DestinationConfig;
  secret: string | undefined;
  fresh?: boolean | undefined;
}>;
/** `secret`: null to have none, undefined to keep what there is. `made`: it was made here, and is to be shown once. */
export type Settled = Readonly<{
  config: DestinationConfig;
  secret: string | null | undefined;
  made: boolean;
}>;

const SHORTEST_KEY = 16;

/** Brings a destination's settings and its secret together, for a new one (`before` null) or a changed one. Throws `destination.invalid` with findings. */
export function settleSecret(
  { config, secret: given, fresh = false }: Given,
  before: Before | null,
  random: Random,
): Settled {
  const secret = given === undefined || given === "" ? undefined : given;
  switch (config.kind) {
    case "email":
      return { config, secret: mailSecret(config, secret, before), made: false };
    case "webhook":
      return { config, ...webhookKey(secret, before?.hasSecret === true && !fresh, random) };
    case "slack":
      return { ...slackLink(config, secret, before), made: false };
    case "syslog": {
      if (secret !== undefined) throw invalid("secret", "Syslog takes no secret.");
      return { config, secret: null, made: false };
    }
  }
}

function webhookKey(
  secret: string | undefined,
  keep: boolean,
  random: Random,
): Pick<Settled, "secret" | "made"> {
  if (secret !== undefined && secret.length < SHORTEST_KEY)
    throw invalid(
      "secret",
      `At least ${SHORTEST_KEY} characters, or leave it empty and a key is made.`,
    );
  const made = secret === undefined && !keep;
  return {
    secret: made ? `chw_${Buffer.from(random.bytes(32)).toString("base64url")}` : secret,
    made,
  };
}

function slackLink(
  config: Extract<DestinationConfig, { kind: "slack" }>,
  secret: string | undefined,
  before: Before | null,
): Pick<Settled, "config" | "secret"> {
  if (secret !== undefined) return { config: { ...config, shown: shownOf(secret) }, secret };
  if (before?.config.kind !== "slack" || !before.hasSecret)
    throw invalid("secret", "Paste the whole link of the incoming webhook.");
  return { config: before.config, secret };
}

/** A password goes to the server that it was given for, and only over TLS. */
function mailSecret(
  config: Extract<DestinationConfig, { kind: "email" }>,
  secret: string | undefined,
  before: Before | null,
): string | null | undefined {
  if (config.user === "") {
    if (secret !== undefined) throw invalid("config.user", "There is a password but no user name.");
    return null;
  }
  if (config.security === "none")
    throw invalid(
      "config.security",
      "A password is sent only over TLS. Choose STARTTLS or TLS, or leave the user name empty.",
    );
  if (secret !== undefined) return secret;
  const was = before?.config.kind === "email" && before.hasSecret ? before.config : null;
  if (was === null) throw invalid("secret", "Enter the password of this user.");
  if (
    was.host !== config.host ||
    was.port !== config.port ||
    was.user !== config.user ||
    was.ca !== config.ca
  )
    throw invalid("secret", "Enter the password again: it would go to another server or user.");
  return undefined;
}

function shownOf(link: string): string {
  const url = URL.canParse(link) ? new URL(link) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw invalid("secret", "This is not a link. It begins with https://.");
  return `${url.protocol}//${url.host}/…`;
}

/** One thing that is wrong, at its field. */
export function invalid(path: string, message: string): AppError {
  const findings: Finding[] = [{ code: "destination.invalid", path, message }];
  return new AppError("destination.invalid", message, { findings });
}

import { describeOwnToken } from "@/lib/compat/describe-own-token";
import { AppError } from "@/lib/errors/app-error";
import { tokenCaller, tokenOf } from "./authenticate";
import { type CompatAnswer, jsonAnswer } from "./answer";
import { askedOf, type CompatSources, type Requested } from "./compat-call";
import type { VaultCall } from "./find-call";
import { badRequest } from "./read-fields";
import { tokenData, vaultAnswer } from "./vault-answers";
import { logIn } from "./vault-login";
import { readVaultFile } from "./vault-files";
import { signIntermediate } from "./vault-intermediate";
import { signVault } from "./vault-sign";

const writes = ["POST", "PUT"] as const;
const reads = ["GET", "HEAD"] as const;

/** The methods that each call takes. */
export const vaultMethods: Readonly<Record<VaultCall["name"], readonly string[]>> = {
  health: reads,
  file: reads,
  "lookup-self": ["GET"],
  "renew-self": writes,
  login: writes,
  sign: writes,
  "sign-intermediate": writes,
};

/** One call of Vault's API. */
export async function runVault(requested: Requested, call: VaultCall): Promise<CompatAnswer> {
  const { sources, context } = requested;
  if (call.name === "health") return health(requested.deps.clock.now(), sources);
  if (call.name === "file") return readVaultFile(sources, context.requestId, call);
  assertNothingBeyond(requested);
  switch (call.name) {
    case "lookup-self":
      return lookUpSelf(requested);
    case "renew-self":
      return renewSelf(requested);
    case "login":
      return logIn(requested, call.mount);
    case "sign-intermediate":
      return signIntermediate(requested, call);
    case "sign":
      return signVault(requested, call);
  }
}

/** Namespaces and wrapped answers change what a call means: they are refused, not ignored. */
function assertNothingBeyond({ request: { headers } }: Requested): void {
  if (String(headers["x-vault-namespace"] ?? "").trim() !== "")
    throw badRequest("Namespaces aren't offered. Leave X-Vault-Namespace out.");
  if (String(headers["x-vault-wrap-ttl"] ?? "").trim() !== "")
    throw badRequest("Wrapped answers aren't offered. Leave X-Vault-Wrap-TTL out.");
}

/** Whether certificates are signed right now, in the states that Vault has. */
async function health(now: Date, { readiness }: CompatSources): Promise<CompatAnswer> {
  const { ready, status } = await readiness();
  const initialized = status !== "setup-pending";
  return jsonAnswer(ready ? 200 : initialized ? 503 : 501, {
    initialized,
    sealed: !ready,
    standby: false,
    performance_standby: false,
    replication_performance_mode: "disabled",
    replication_dr_mode: "disabled",
    server_time_utc: Math.floor(now.getTime() / 1000),
    version: "0.0.0-chancery",
    cluster_name: "chancery",
  });
}

async function lookUpSelf(requested: Requested): Promise<CompatAnswer> {
  const { deps, context } = requested;
  const token = tokenOf(requested);
  const actor = await tokenCaller(requested, token ?? "");
  const { result } = await describeOwnToken(deps, actor, askedOf(requested, 200));
  return vaultAnswer(context.requestId, {
    data: tokenData(result, token ?? "", deps.clock.now()),
  });
}

/** Every token says that it isn't renewable, so clients that follow the protocol never ask. */
async function renewSelf(requested: Requested): Promise<CompatAnswer> {
  await tokenCaller(requested, tokenOf(requested) ?? "");
  throw new AppError(
    "compat.not-renewable",
    "lease is not renewable: tokens last as long as they were created for. Log in again, or create a new one.",
  );
}

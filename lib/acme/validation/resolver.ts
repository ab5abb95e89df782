import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import { AppError } from "@/lib/errors/app-error";
import { closedBecause } from "@/lib/net/guard-address";
import type { Attempt } from "./types";

const timeoutMs = 3_000;
const tries = 2;
const noRecords: ReadonlySet<string> = new Set(["ENODATA", "ENOTFOUND"]);

/** The resolver of the settings; each attempt has its own, so that nothing is remembered. */
export function makeResolver({ settings, signal }: Pick<Attempt, "settings" | "signal">): Resolver {
  const resolver = new Resolver({ timeout: timeoutMs, tries });
  if (settings.resolvers.length > 0) resolver.setServers([...settings.resolvers]);
  signal.addEventListener("abort", () => resolver.cancel(), { once: true });
  return resolver;
}

/** Records of a query; none if the name has none. Errors: `acme.dns`. */
export async function queryDns<T>(what: string, query: () => Promise<T[]>): Promise<T[]> {
  try {
    return await query();
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code ?? "unknown");
    if (noRecords.has(code)) return [];
    throw new AppError("acme.dns", `The DNS query for ${what} failed (${code}).`);
  }
}

/**
 * The addresses of a host, each of which must be allowed (decision 28): if one is not, the host is
 * refused. Errors: `acme.dns`, `acme.connection`.
 */
export async function resolveForValidation(
  host: string,
  attempt: Attempt,
): Promise<readonly string[]> {
  const addresses = isIP(host) !== 0 ? [host] : await lookUp(host, attempt);
  if (addresses.length === 0)
    throw new AppError("acme.dns", `${host} has no address (no A or AAAA record).`);
  for (const address of addresses) {
    const why = closedBecause(host, address, attempt.allow);
    if (why !== null)
      throw new AppError(
        "acme.connection",
        `${host} is at ${address}, which is ${why}. Challenges aren't validated there unless CHANCERY_OUTBOUND_ALLOW names it.`,
      );
  }
  return addresses;
}

async function lookUp(host: string, attempt: Attempt): Promise<string[]> {
  const resolver = makeResolver(attempt);
  const [v6, v4] = await Promise.all([
    queryDns(`the AAAA records of ${host}`, () => resolver.resolve6(host)),
    queryDns(`the A records of ${host}`, () => resolver.resolve4(host)),
  ]);
  return [...v4, ...v6];
}

import { dayMs } from "@/lib/format/time-units";
import { parseAddress } from "@/lib/net/address";
import type { Deps } from "@/lib/runtime/deps";
import { clientNetwork } from "./client-network";
import { hasSignedInFrom } from "@/lib/accounts/session-repository";
import { knownNetworkDays, signInLimits, type SignInLimit } from "./sign-in-limits";

/** The limits of an attempt, and whether the account has signed in from its network lately. */
export async function readSignInLimits(
  { db }: Pick<Deps, "db">,
  { email, ip, now }: Readonly<{ email: string; ip: string | null; now: Date }>,
): Promise<Readonly<{ known: boolean; limits: SignInLimit[] }>> {
  const since = new Date(now.getTime() - knownNetworkDays * dayMs);
  const known =
    ip !== null &&
    parseAddress(ip) !== null &&
    (await hasSignedInFrom(db, email, clientNetwork(ip), since));
  return { known, limits: signInLimits(email, ip, known) };
}

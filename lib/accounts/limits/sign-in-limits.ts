import { sha256Hex } from "@/lib/format/hash";
import type { AttemptLimit } from "@/lib/accounts/attempt-repository";
import { clientNetwork, wideNetwork } from "./client-network";

/** Wrong guesses in a quarter of an hour. */
const limits = {
  /** For one account from one network. */
  accountFromNetwork: 5,
  /** For one account from all networks that it hasn't signed in from lately. */
  accountFromUnknown: 20,
  /** From one network, for all accounts. */
  network: 20,
  /** From one wide network, for all accounts. */
  wideNetwork: 100,
} as const;

/** How long an account's network counts as known after a sign-in, in days. */
export const knownNetworkDays = 30;

/** What was locked, as its entry names it; `account` is true if a lock is about one account. */
type LimitScope = Readonly<{ account: boolean; network: string }>;
export type SignInLimit = AttemptLimit & Readonly<{ scope: LimitScope }>;

/**
 * The counters of an attempt. A network from which the account has signed in lately has its own
 * counter and no other: wrong guesses from elsewhere can't use it up. All other networks share one
 * counter for the account in addition to their own, which slows down guesses that come from many
 * networks. The account is named by the email that was entered, so that unknown accounts are
 * limited exactly like known ones.
 */
export function signInLimits(email: string, ip: string | null, known: boolean): SignInLimit[] {
  const digest = sha256Hex(email);
  const network = clientNetwork(ip);
  const wide = wideNetwork(ip);
  const own: SignInLimit = {
    key: `account:${digest}:${network}`,
    limit: limits.accountFromNetwork,
    scope: { account: true, network },
  };
  if (known) return [own];
  return [
    own,
    {
      key: `unknown:${digest}`,
      limit: limits.accountFromUnknown,
      scope: { account: true, network: "unknown networks" },
    },
    { key: `address:${network}`, limit: limits.network, scope: { account: false, network } },
    {
      key: `wide:${wide}`,
      limit: limits.wideNetwork,
      scope: { account: false, network: wide },
    },
  ];
}

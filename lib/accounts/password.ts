import { hash, verify } from "@node-rs/argon2";
import type { Deps, PasswordCost } from "@/lib/runtime/deps";
import { clientNetwork, wideNetwork } from "@/lib/accounts/limits/client-network";

/** NFKC, so that a password has the same bytes on every keyboard and platform (RFC 8265). */
const bytesOf = (password: string): Uint8Array => Buffer.from(password.normalize("NFKC"), "utf8");

/** What can be done with a password while the caller has its turn in the queue. */
export type PasswordHasher = Readonly<{
  /** The argon2id hash of a password in PHC form, with its own salt. */
  hash: (password: string) => Promise<string>;
  /**
   * Whether the password matches. For an account without a password or an unknown one (null) it
   * takes as long and is always false.
   */
  verify: (passwordHash: string | null, password: string) => Promise<boolean>;
}>;

type HashDeps = Pick<Deps, "random" | "passwordCost" | "hashQueue">;

/** Who hashes: the address of the client, and whether it goes before clients that are unknown. */
export type HashTurn = Readonly<{ ip: string | null; first?: boolean }>;

/**
 * Waits for a turn to hash and runs `work` in it. Networks take turns, so many requests from one
 * network delay only that network. Passwords are hashed nowhere else. Errors: `session.busy`.
 */
export async function withHasher<T>(
  deps: HashDeps,
  { ip, first = false }: HashTurn,
  work: (hasher: PasswordHasher) => Promise<T>,
): Promise<T> {
  const place = { wide: wideNetwork(ip), narrow: clientNetwork(ip), first };
  return deps.hashQueue.run(place, () =>
    work({
      hash: (password) => hashPassword(deps, password),
      verify: (passwordHash, password) => verifyPassword(deps, passwordHash, password),
    }),
  );
}

async function hashPassword(
  { random, passwordCost }: Pick<Deps, "random" | "passwordCost">,
  password: string,
): Promise<string> {
  return hash(bytesOf(password), {
    algorithm: 2, // argon2id
    memoryCost: passwordCost.memoryKib,
    timeCost: passwordCost.passes,
    parallelism: 1,
    outputLen: 32,
    salt: random.bytes(16),
  });
}

/**
 * A hash that no password matches. It is verified for unknown accounts, so that the response takes
 * as long as for a known one.
 */
const hashMatchingNothing = ({ memoryKib, passes }: PasswordCost) =>
  `$argon2id$v=19$m=${memoryKib},t=${passes},p=1$Y2hhbmNlcnktbm9ib2R5IQ$LdSXBPPy0hKa86QzwDq0DC2quMB8i/YvpNk8iULbZQE`;

async function verifyPassword(
  { passwordCost }: Pick<Deps, "passwordCost">,
  passwordHash: string | null,
  password: string,
): Promise<boolean> {
  const verified = passwordHash ?? hashMatchingNothing(passwordCost);
  const matches = await verify(verified, bytesOf(password)).catch(() => false);
  return matches && passwordHash !== null;
}

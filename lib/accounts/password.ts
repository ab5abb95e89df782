import { hash, verify, type Options } from "@node-rs/argon2";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";

/** argon2id with 64 MiB and three passes: about a tenth of a second here, and as long for everybody who guesses. */
const cost: Options = {
  algorithm: 2,
  memoryCost: 65_536,
  timeCost: 3,
  parallelism: 1,
  outputLen: 32,
};

/** Bytes of what was typed; NFKC makes the same passphrase of the same keys on every keyboard (RFC 8265). */
const bytesOf = (password: string): Uint8Array => Buffer.from(password.normalize("NFKC"), "utf8");

/** The hash of a password in PHC form, with its own salt. */
export async function hashPassword(deps: Pick<Deps, "random">, password: string): Promise<string> {
  return inTurn(() => hash(bytesOf(password), { ...cost, salt: deps.random.bytes(16) }));
}

/** Of nobody's password: looked at for an account that does not exist, so that the answer takes as long. */
const nobodysHash =
  "$argon2id$v=19$m=65536,t=3,p=1$Y2hhbmNlcnktbm9ib2R5IQ$LdSXBPPy0hKa86QzwDq0DC2quMB8i/YvpNk8iULbZQE";

/** Whether this is the password. Takes as long for an unknown account (null), for which it is always false. */
export async function verifyPassword(
  passwordHash: string | null,
  password: string,
): Promise<boolean> {
  const fits = await inTurn(() =>
    verify(passwordHash ?? nobodysHash, bytesOf(password)).catch(() => false),
  );
  return fits && passwordHash !== null;
}

const atOnceMax = 2,
  waitingMax = 100;
const waiting: (() => void)[] = [];
let atWork = 0;

/**
 * Two at a time: each takes 64 MiB and one of Node's four worker threads, and the database's own handshakes need those as well. A flood of
 * sign-ins waits here, where it slows down nobody else, and is turned away when a hundred wait.
 */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (atWork >= atOnceMax) {
    if (waiting.length >= waitingMax)
      throw new AppError(
        "session.busy",
        "Too many people are signing in at this moment. Try again shortly.",
        { kind: "rate-limited", retryAfterSeconds: 10 },
      );
    await new Promise<void>((go) => {
      waiting.push(go);
    });
  } else {
    atWork++;
  }
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else atWork--;
  }
}

import { lookup } from "node:dns/promises";
import { connect, isIP, type Socket } from "node:net";
import {
  connect as connectTls,
  createSecureContext,
  type SecureContext,
  type TLSSocket,
} from "node:tls";
import { isAppError } from "@/lib/errors/app-error";
import { closedAddress, closedBecause } from "./guard-address";
import { unreachable, wordsOf } from "./unreachable";

/** Where to, what else is allowed, when to give up. `resolve` stands in for DNS in tests. */
export type Outbound = Readonly<{
  allow: readonly string[];
  signal: AbortSignal;
  trust?: string;
  resolve?: (host: string) => Promise<readonly string[]>;
}>;

const bare = (host: string): string => host.replace(/^\[(.*)\]$/, "$1");
const ask = async (host: string): Promise<readonly string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * The addresses of a host, every one of them checked: a name that also leads somewhere closed is refused whole. Errors: `outbound.closed`,
 * `delivery.unreachable`.
 */
export async function checkedAddresses(
  named: string,
  { allow, resolve = ask }: Outbound,
): Promise<readonly string[]> {
  const host = bare(named);
  const addresses =
    isIP(host) !== 0
      ? [host]
      : await resolve(host).catch((error: unknown) => {
          throw unreachable(`${host} has no address`, error);
        });
  for (const address of addresses) {
    const why = closedBecause(host, address, allow);
    if (why !== null) throw closedAddress(host, address, why);
  }
  if (addresses.length === 0) throw unreachable(`${host} has no address`);
  return addresses;
}

/** Connects to exactly one of the addresses that were checked, in their order; nothing is resolved again. Errors as `checkedAddresses`. */
export async function openSocket(host: string, port: number, outbound: Outbound): Promise<Socket> {
  const addresses = await checkedAddresses(host, outbound);
  let last: unknown;
  for (const address of addresses) {
    try {
      return await connected(connect({ host: address, port }), "connect", outbound.signal);
    } catch (error) {
      if (outbound.signal.aborted) throw error;
      last = error;
    }
  }
  throw unreachable(`${bare(host)}:${port} cannot be reached (${wordsOf(last)})`, last);
}

/** TLS over such a connection; the certificate has to be good for `host`. Errors: `delivery.unreachable` too, with what is wrong with the certificate. */
export async function openTls(host: string, port: number, outbound: Outbound): Promise<TLSSocket> {
  const socket = await openSocket(host, port, outbound),
    name = bare(host);
  try {
    return await connected(
      connectTls({ socket, host: name, ...tlsOptions(name, outbound.trust) }),
      "secureConnect",
      outbound.signal,
    );
  } catch (error) {
    socket.destroy();
    throw isAppError(error)
      ? error
      : unreachable(`no TLS with ${name}:${port} (${wordsOf(error)})`, error);
  }
}

/** Trusts what the system trusts, and these certificates (PEM) besides. */
export function tlsOptions(
  host: string,
  trust = "",
): { minVersion: "TLSv1.2"; secureContext: SecureContext; servername?: string } {
  const secureContext = createSecureContext({ minVersion: "TLSv1.2" });
  // Added and not given as `ca`, which would shut out the system's own.
  for (const pem of trust.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [])
    (secureContext.context as { addCACert: (pem: string) => void }).addCACert(pem);
  return {
    minVersion: "TLSv1.2",
    secureContext,
    ...(isIP(host) === 0 ? { servername: host } : {}),
  };
}

function connected<S extends Socket>(socket: S, event: string, signal: AbortSignal): Promise<S> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      socket.destroy(signal.reason as Error);
    };
    const fail = (error: Error): void => {
      signal.removeEventListener("abort", giveUp);
      reject(error);
    };
    // One that breaks while nobody listens must not end the process.
    socket.on("error", () => {});
    socket.once("error", fail);
    socket.once(event, () => {
      socket.off("error", fail);
      resolve(socket);
    });
    // For the whole life of the connection: whoever uses it hears of the end as an error of the socket.
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
  });
}

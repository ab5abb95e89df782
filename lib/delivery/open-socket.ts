import { lookup } from "node:dns/promises";
import { connect, isIP, type Socket } from "node:net";
import {
  connect as connectTls,
  createSecureContext,
  type SecureContext,
  type TLSSocket,
} from "node:tls";
import { isAppError } from "@/lib/errors/app-error";
import { closedAddress, closedBecause } from "@/lib/net/guard-address";
import { connectionErrorText, deliveryUnreachable } from "./delivery-errors";

/**
 * `allow`: hosts and networks that are allowed in addition. `trust`: further CA certificates (PEM).
 * `resolve` replaces DNS in tests.
 */
export type OutboundOptions = Readonly<{
  allow: readonly string[];
  signal: AbortSignal;
  trust?: string;
  resolve?: (host: string) => Promise<readonly string[]>;
}>;

export const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, "$1");
const resolveWithDns = async (host: string): Promise<readonly string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * The addresses of a host. If any of them is not allowed, the whole host is refused. Errors:
 * `outbound.closed`, `delivery.unreachable`.
 */
export async function resolveAllowedAddresses(
  hostOrAddress: string,
  { allow, resolve = resolveWithDns }: OutboundOptions,
): Promise<readonly string[]> {
  const host = withoutBrackets(hostOrAddress);
  const notResolved = (cause?: unknown) =>
    deliveryUnreachable(`${host} could not be resolved to an address.`, cause);
  const addresses =
    isIP(host) !== 0
      ? [host]
      : await resolve(host).catch((error: unknown) => {
          throw notResolved(error);
        });
  for (const address of addresses) {
    const reason = closedBecause(host, address, allow);
    if (reason !== null) throw closedAddress(host, address, reason);
  }
  if (addresses.length === 0) throw notResolved();
  return addresses;
}

/**
 * Connects to one of exactly the addresses that were checked, in their order; the name is not
 * resolved again. Errors as `resolveAllowedAddresses`.
 */
export async function openSocket(
  host: string,
  port: number,
  options: OutboundOptions,
): Promise<Socket> {
  const addresses = await resolveAllowedAddresses(host, options);
  let lastError: unknown;
  for (const address of addresses) {
    try {
      return await waitForConnection(connect({ host: address, port }), "connect", options.signal);
    } catch (error) {
      if (options.signal.aborted) throw error;
      lastError = error;
    }
  }
  throw deliveryUnreachable(
    `Can't connect to ${withoutBrackets(host)}:${port} (${connectionErrorText(lastError)}).`,
    lastError,
  );
}

/**
 * Opens a TLS connection; the certificate must be valid for `host`. Errors as
 * `resolveAllowedAddresses`; `delivery.unreachable` also says what is wrong with the certificate.
 */
export async function openTls(
  host: string,
  port: number,
  options: OutboundOptions,
): Promise<TLSSocket> {
  const socket = await openSocket(host, port, options);
  const name = withoutBrackets(host);
  try {
    return await waitForConnection(
      connectTls({ socket, host: name, ...tlsOptions(name, options.trust) }),
      "secureConnect",
      options.signal,
    );
  } catch (error) {
    socket.destroy();
    if (isAppError(error)) throw error;
    throw deliveryUnreachable(
      `The TLS connection to ${name}:${port} failed (${connectionErrorText(error)}).`,
      error,
    );
  }
}

/** Trusts the system's CA certificates, and those in `trust` (PEM). */
export function tlsOptions(
  host: string,
  trust = "",
): { minVersion: "TLSv1.2"; secureContext: SecureContext; servername?: string } {
  const secureContext = createSecureContext({ minVersion: "TLSv1.2" });
  // Not the `ca` option, which would replace the system's certificates.
  for (const pem of trust.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [])
    (secureContext.context as { addCACert: (pem: string) => void }).addCACert(pem);
  return {
    minVersion: "TLSv1.2",
    secureContext,
    ...(isIP(host) === 0 ? { servername: host } : {}),
  };
}

function waitForConnection<S extends Socket>(
  socket: S,
  event: string,
  signal: AbortSignal,
): Promise<S> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      socket.destroy(signal.reason as Error);
    };
    const fail = (error: Error): void => {
      signal.removeEventListener("abort", abort);
      reject(error);
    };
    // An error without a listener would end the process.
    socket.on("error", () => {});
    socket.once("error", fail);
    socket.once(event, () => {
      socket.off("error", fail);
      resolve(socket);
    });
    // The signal applies for the lifetime of the connection: its user sees an abort as a socket
    // error.
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}

import { createSocket } from "node:dgram";
import { isIPv6, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { deliveryUnreachable, connectionErrorText } from "./delivery-errors";
import { resolveAllowedAddresses, openSocket, openTls, type OutboundOptions } from "./open-socket";
import type { DestinationConfig } from "./schema";
import { syslogLine } from "@/lib/delivery/messages/syslog-message";
import type { Message } from "./types";

type SyslogConfig = Extract<DestinationConfig, { kind: "syslog" }>;

/** RFC 5426 §3.2, and what rsyslog accepts by default. */
const maxDatagramBytes = 2048;
const maxStreamBytes = 8192;
/** How long to wait for an error: a closed port, or a receiver that closes the connection. */
const datagramErrorMs = 250;
const streamErrorMs = 2_000;

/**
 * Sends one RFC 5424 message: over TLS (RFC 5425) or TCP with its length in front (RFC 6587 §3.4.1),
 * or as one UDP datagram (RFC 5426). Syslog has no acknowledgments: success means that the
 * receiving host accepted the bytes. Errors: `delivery.unreachable`, `options.closed`.
 */
export async function sendSyslog(
  { host, port, transport, facility }: SyslogConfig,
  message: Message,
  options: OutboundOptions,
): Promise<string> {
  if (transport === "udp") {
    await sendDatagram(
      host,
      port,
      Buffer.from(syslogLine(message, facility, maxDatagramBytes)),
      options,
    );
    return "Sent over UDP, which has no confirmation of delivery.";
  }
  const line = Buffer.from(syslogLine(message, facility, maxStreamBytes));
  const socket = await (transport === "tls" ? openTls : openSocket)(host, port, options);
  try {
    await writeAll(socket, Buffer.concat([Buffer.from(`${line.length} `), line]), options.signal);
  } finally {
    socket.destroy();
  }
  return `Sent over ${transport === "tls" ? "TLS" : "TCP"}.`;
}

async function writeAll(socket: Socket, bytes: Buffer, signal: AbortSignal): Promise<void> {
  const broken = new Promise<never>((_, reject) => {
    socket.on("error", (error) => {
      reject(
        deliveryUnreachable(`The connection was lost (${connectionErrorText(error)}).`, error),
      );
    });
  });
  broken.catch(() => {});
  const closed = new Promise<void>((resolve) => {
    socket.once("close", () => {
      resolve();
    });
  });
  socket.resume();
  await Promise.race([
    broken,
    new Promise<void>((resolve) => {
      socket.end(bytes, resolve);
    }),
  ]);
  // A receiver that rejects the message does so before it closes. One that keeps the connection
  // open has not rejected it.
  await Promise.race([broken, closed, pause(streamErrorMs, undefined, { signal, ref: false })]);
}

async function sendDatagram(
  host: string,
  port: number,
  bytes: Buffer,
  options: OutboundOptions,
): Promise<void> {
  const [address = ""] = await resolveAllowedAddresses(host, options);
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  try {
    const broken = new Promise<never>((_, reject) => {
      socket.on("error", reject);
    });
    broken.catch(() => {});
    await Promise.race([
      broken,
      new Promise<void>((resolve) => {
        socket.connect(port, address, resolve);
      }),
    ]);
    await Promise.race([
      broken,
      new Promise<void>((resolve, reject) => {
        socket.send(bytes, (error) => {
          if (error) reject(error);
          else resolve();
        });
      }),
    ]);
    await Promise.race([broken, pause(datagramErrorMs)]);
  } catch (error) {
    throw deliveryUnreachable(
      `${host}:${port} did not accept the datagram (${connectionErrorText(error)}).`,
      error,
    );
  } finally {
    socket.close();
  }
}

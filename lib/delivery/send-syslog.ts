import { createSocket } from "node:dgram";
import { isIPv6, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { checkedAddresses, openSocket, openTls, type Outbound } from "./open-socket";
import type { DestinationConfig } from "./schema";
import { syslogLine } from "./syslog-line";
import { unreachable, wordsOf } from "./unreachable";
import type { Message } from "./types";

type SyslogConfig = Extract<DestinationConfig, { kind: "syslog" }>;

/** RFC 5426 §3.2 and what rsyslog takes by default. */
const DATAGRAM_BYTES = 2048,
  STREAM_BYTES = 8192;
/** So long a receiver has to object: a port that is closed says so at once, and one that wants to close does. */
const OBJECTION_MS = 250,
  CLOSING_MS = 2_000;

/**
 * Sends one message as RFC 5424: over TLS (RFC 5425) and TCP with its length before it (RFC 6587 §3.4.1), or as one datagram (RFC 5426). Syslog
 * has no receipts: done is what the other end's machine took. Errors: `delivery.unreachable`, `outbound.closed`.
 */
export async function sendSyslog(
  { host, port, transport, facility }: SyslogConfig,
  message: Message,
  outbound: Outbound,
): Promise<string> {
  if (transport === "udp") {
    await sendDatagram(
      host,
      port,
      Buffer.from(syslogLine(message, facility, DATAGRAM_BYTES)),
      outbound,
    );
    return "Sent as a datagram, which nobody confirms.";
  }
  const line = Buffer.from(syslogLine(message, facility, STREAM_BYTES));
  const socket = await (transport === "tls" ? openTls : openSocket)(host, port, outbound);
  try {
    await writeAll(socket, Buffer.concat([Buffer.from(`${line.length} `), line]), outbound.signal);
  } finally {
    socket.destroy();
  }
  return `Taken over ${transport === "tls" ? "TLS" : "TCP"}.`;
}

async function writeAll(socket: Socket, bytes: Buffer, signal: AbortSignal): Promise<void> {
  const broken = new Promise<never>((_, reject) => {
    socket.on("error", (error) => {
      reject(unreachable(`The connection broke (${wordsOf(error)})`, error));
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
  // What it says against it comes before it closes; one that never closes has at least not objected.
  await Promise.race([broken, closed, pause(CLOSING_MS, undefined, { signal, ref: false })]);
}

async function sendDatagram(
  host: string,
  port: number,
  bytes: Buffer,
  outbound: Outbound,
): Promise<void> {
  const [address = ""] = await checkedAddresses(host, outbound);
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
    await Promise.race([broken, pause(OBJECTION_MS)]);
  } catch (error) {
    throw unreachable(`${host}:${port} did not take the datagram (${wordsOf(error)})`, error);
  } finally {
    socket.close();
  }
}

import type { Server, ServerOptions } from "node:http";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

/**
 * Limits for every listener: a client that is slow, sends endless headers or sends nothing holds
 * one socket for a short time.
 */
export const serverLimits = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 2_000,
  noDelay: true,
} as const satisfies ServerOptions;

/**
 * On the mTLS port a proxy passes a certificate on in a header, escaped: one with 200 names has some
 * 20 KiB as DER, and three times that in the header.
 */
export const mtlsMaxHeaderSize = 65_536;

const answers: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/**
 * Answers anything that is not HTTP with one status line and closes the connection. A connection
 * that breaks is dropped without an answer.
 */
export function harden(server: Server): void {
  server.on("secureConnection", clearErrorQueue);
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    // After the answers to requests that arrived in the same piece before it.
    setImmediate(refuse, socket, answers[error.code ?? ""] ?? "400 Bad Request");
  });
  // Without a listener for "upgrade" an offer of h2c or WebSocket is ignored and the request is
  // answered as HTTP/1.1 (RFC 9110 §7.8).
  server.on("connect", (_request, socket) =>
    socket.end("HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
  );
}

function refuse(socket: Socket, status: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  // A client that neither reads nor closes must not keep the socket.
  setTimeout(() => socket.destroy(), 1_000).unref();
}

/**
 * Where a client's certificate names a CA of ours that did not sign it, OpenSSL tries the signature
 * and leaves the failure in the thread's error queue. Node would take that for an error of the next
 * read (always in TLS 1.2, by chance in 1.3), and never learn that what it writes was written.
 * Reading the certificate clears the queue, and this is called before the next read.
 */
function clearErrorQueue(socket: TLSSocket): void {
  socket.getPeerX509Certificate();
}

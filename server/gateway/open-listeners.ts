import { createServer } from "node:http";
import type { Server } from "node:net";
import { createServer as createTlsServer } from "node:https";
import type { ListenerName } from "@/server/http/request-context";
import { takeOcspConnections } from "@/server/status/ocsp-connections";
import type { OcspService } from "@/server/status/ocsp-handler";
import type { TlsManager } from "@/server/tls/tls-manager";
import type { Drain } from "./drain";
import { harden, mtlsMaxHeaderSize, serverLimits } from "./harden";
import { listen } from "@/lib/runtime/listen";
import type { Handler } from "./request-handler";

export type Ports = Readonly<{ http: number; https: number; mtls: number }>;
export type ListenerOptions = Readonly<{
  host: string;
  ports: Ports;
  /** Whether other gateways accept on the same ports. */
  reusePort?: boolean;
  /** Listeners that were opened for this process. */
  descriptors?: Readonly<Record<ListenerName, number | undefined>>;
  handlerOf: (listener: ListenerName) => Handler;
  tls: TlsManager;
  drain: Drain;
  /** Answers OCSP over plain HTTP. */
  ocsp: OcspService;
}>;

const handshakeMs = 10_000;

/** Opens all three listeners, or none. Returns their ports. */
export async function openListeners({
  host,
  ports,
  reusePort = false,
  descriptors,
  handlerOf,
  tls,
  drain,
  ocsp,
}: ListenerOptions): Promise<Ports> {
  const secure = (requestCert: boolean, listener: ListenerName) => {
    // The handshake never refuses a client certificate: the gateway does, and can explain why.
    const server = createTlsServer(
      {
        ...serverLimits,
        ...tls.options(),
        ...(listener === "mtls" ? { maxHeaderSize: mtlsMaxHeaderSize } : {}),
        requestCert,
        rejectUnauthorized: false,
        handshakeTimeout: handshakeMs,
        ALPNProtocols: ["http/1.1"],
      },
      handlerOf(listener),
    );
    tls.attach(server);
    // A failed handshake, or a connection closed without one, concerns only that client.
    server.on("tlsClientError", (_error, socket) => socket.destroy());
    return server;
  };
  const http = createServer(serverLimits, handlerOf("http")),
    https = secure(false, "https"),
    mtls = secure(true, "mtls");
  for (const server of [http, https, mtls]) harden(server);
  for (const server of [https, mtls]) drain.track(server);
  const { draining } = drain;
  drain.track(http, takeOcspConnections(http, { ocsp, draining, limits: serverLimits }));
  const open = (server: Server, name: ListenerName, variable: string): Promise<number> =>
    listen(server, { host, port: ports[name], variable, reusePort, fd: descriptors?.[name] });
  try {
    return {
      http: await open(http, "http", "CHANCERY_HTTP_PORT"),
      https: await open(https, "https", "CHANCERY_HTTPS_PORT"),
      mtls: await open(mtls, "mtls", "CHANCERY_MTLS_PORT"),
    };
  } catch (error) {
    await drain.close(0);
    throw error;
  }
}

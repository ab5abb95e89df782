import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { TlsKeeper } from "@/server/tls/tls-keeper";
import type { ListenerName } from "@/server/listeners/context";
import type { Handler } from "@/server/listeners/door-handler";
import type { Drain } from "@/server/listeners/drain";
import { harden, serverLimits } from "@/server/listeners/harden";
import { listen } from "@/server/listeners/listen";

export type Ports = Readonly<{ http: number; https: number; mtls: number }>;
export type ListenerParts = Readonly<{
  host: string;
  ports: Ports;
  handlerOf: (listener: ListenerName) => Handler;
  tls: TlsKeeper;
  drain: Drain;
}>;

const handshakeMs = 10_000;

/** Opens the three listeners; all or none. Returns the ports that they got. */
export async function openListeners({
  host,
  ports,
  handlerOf,
  tls,
  drain,
}: ListenerParts): Promise<Ports> {
  const secure = (requestCert: boolean, listener: ListenerName) => {
    // A client certificate is asked for and never refused here: the door decides, and can say why.
    const server = createTlsServer(
      {
        ...serverLimits,
        ...tls.options(),
        requestCert,
        rejectUnauthorized: false,
        handshakeTimeout: handshakeMs,
        ALPNProtocols: ["http/1.1"],
      },
      handlerOf(listener),
    );
    tls.attach(server);
    // A handshake that fails, or a connection that ends without one, concerns that client alone.
    server.on("tlsClientError", (_error, socket) => socket.destroy());
    return server;
  };
  const http = createServer(serverLimits, handlerOf("http")),
    https = secure(false, "https"),
    mtls = secure(true, "mtls");
  for (const server of [http, https, mtls]) {
    harden(server);
    drain.track(server);
  }
  try {
    return {
      http: await listen(http, { host, port: ports.http, variable: "CHANCERY_HTTP_PORT" }),
      https: await listen(https, { host, port: ports.https, variable: "CHANCERY_HTTPS_PORT" }),
      mtls: await listen(mtls, { host, port: ports.mtls, variable: "CHANCERY_MTLS_PORT" }),
    };
  } catch (error) {
    await drain.close(0);
    throw error;
  }
}

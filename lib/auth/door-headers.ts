import { isIP } from "node:net";
import type { Origin } from "@/lib/auth/actor";

/** What the machine door says about a request that it passes to the console. It strips these names from what clients send. */
export type DoorRequest = Readonly<{
  origin: Origin;
  listener: "http" | "https" | "mtls";
  requestId: string;
  /** The path with its query, as the browser asked for it; without the query where that is a secret (the setup link). */
  path: string;
  /** DER of a client certificate that the door has verified. */
  peerDer: Uint8Array | null;
}>;

type HeaderReader = Readonly<{ get: (name: string) => string | null }>;

/**
 * Reads the headers that only the door sets. The console listens on a private socket behind the door, so nobody else can set them;
 * what is missing or malformed becomes null and never a guess.
 */
export function readDoorHeaders(headers: HeaderReader): DoorRequest {
  const ip = headers.get("x-chancery-client-ip") ?? "";
  const port = Number(headers.get("x-chancery-client-port") ?? "");
  const said = headers.get("x-chancery-listener");
  const listener = said === "http" || said === "mtls" ? said : "https";
  const peer = headers.get("x-chancery-peer");
  return {
    origin: {
      ip: isIP(ip) ? ip : null,
      port: Number.isInteger(port) && port > 0 && port < 65536 ? port : null,
      userAgent: headers.get("user-agent"),
      via: [listener],
    },
    listener,
    requestId: headers.get("x-chancery-request-id") ?? "unknown",
    path: pathOf(headers.get("x-chancery-path") ?? ""),
    peerDer: peer ? new Uint8Array(Buffer.from(peer, "base64")) : null,
  };
}

const pathOf = (said: string): string => (said.startsWith("/setup") ? (said.split("?")[0] ?? "") : said.replaceAll(/chy_[\w%-]+/g, "chy_…")).slice(0, 1024);

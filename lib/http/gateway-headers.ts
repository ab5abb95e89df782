import type { ClientAddress } from "@/lib/access/actor";
import type { ProvenPeer } from "@/lib/access/peer";
import { maskTarget } from "@/lib/format/mask-secrets";
import { recordedAddress } from "@/lib/net/address";

/**
 * What the gateway tells the console about a request that it forwards. It strips these headers from
 * client requests.
 */
export type GatewayRequest = Readonly<{
  address: ClientAddress;
  listener: "http" | "https" | "mtls";
  requestId: string;
  /**
   * The path with its query, as the browser requested it, without secrets such as the token of the
   * setup link.
   */
  path: string;
  /**
   * Whose client certificate the request came with, if it was proven in the handshake and the
   * gateway has accepted it for this request. A refused one never gets here, and neither does one
   * that a proxy passed on.
   */
  peer: ProvenPeer | null;
}>;

type HeaderReader = Readonly<{ get: (name: string) => string | null }>;

/**
 * Reads the headers that only the gateway sets. The console listens on a private socket behind the
 * gateway, so no one else can set them; what is missing or malformed becomes null and never a
 * guess.
 */
export function readGatewayHeaders(headers: HeaderReader): GatewayRequest {
  const port = Number(headers.get("x-chancery-client-port") ?? "");
  const said = headers.get("x-chancery-listener");
  const listener = said === "http" || said === "mtls" ? said : "https";
  const proxy = textOf(headers.get("x-chancery-proxy") ?? "");
  const proxyId = headers.get("x-chancery-proxy-id") ?? "";
  return {
    address: {
      ip: recordedAddress(headers.get("x-chancery-client-ip")),
      port: Number.isInteger(port) && port > 0 && port < 65536 ? port : null,
      userAgent: headers.get("user-agent"),
      via: proxy === "" ? [listener] : [proxy, listener],
      ...(proxyId === "" ? {} : { proxy: { id: proxyId, label: proxy } }),
    },
    listener,
    requestId: headers.get("x-chancery-request-id") ?? "unknown",
    path: pathOf(headers.get("x-chancery-path") ?? ""),
    peer: decodePeer(headers.get("x-chancery-peer")),
  };
}

/** The query parameter that the console's framework adds to its own requests for a page. */
const frameworkParameter = /([?&])_rsc=[^&]*(&|$)/;

const withoutFrameworkParameter = (target: string): string =>
  target.replace(frameworkParameter, (_all, before: string, after: string) =>
    after === "&" ? before : "",
  );

const pathOf = (target: string): string =>
  withoutFrameworkParameter(maskTarget(target)).slice(0, 1024);

function textOf(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return "";
  }
}

/** An accepted peer as the value of a header. Only a proven one is ever passed on. */
export const encodePeer = (peer: ProvenPeer): string =>
  Buffer.from(JSON.stringify(peer)).toString("base64url");

/** The peer of such a value; null for none, and for what was not written by encodePeer. */
export function decodePeer(value: string | null): ProvenPeer | null {
  if (value === null || value === "") return null;
  try {
    const peer = JSON.parse(Buffer.from(value, "base64url").toString("utf8")) as ProvenPeer;
    const whole = [
      peer.certificateId,
      peer.serial,
      peer.fingerprintSha256,
      peer.profile,
      peer.identity.id,
      peer.identity.name,
      peer.identity.kind,
    ].every((part) => typeof part === "string" && part !== "");
    const notAfter = new Date(peer.notAfter);
    return whole && peer.assertedBy === null && !Number.isNaN(notAfter.getTime())
      ? { ...peer, notAfter }
      : null;
  } catch {
    return null;
  }
}

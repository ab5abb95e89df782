import { isIP } from "node:net";
import type { Origin } from "@/lib/auth/actor";
import type { Peer } from "@/lib/custody/types";

/** What the machine door says about a request that it passes to the console. It strips these names from what clients send. */
export type DoorRequest = Readonly<{
  origin: Origin;
  listener: "http" | "https" | "mtls";
  requestId: string;
  /** The path with its query, as the browser asked for it; without the query where that is a secret (the setup link). */
  path: string;
  /** Whose client certificate the request came with, if the door has accepted it for this very request; a refused one never gets here. */
  peer: Peer | null;
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
  const proxy = textOf(headers.get("x-chancery-proxy") ?? "");
  return {
    origin: {
      ip: isIP(ip) ? ip : null,
      port: Number.isInteger(port) && port > 0 && port < 65536 ? port : null,
      userAgent: headers.get("user-agent"),
      via: proxy === "" ? [listener] : [proxy, listener],
    },
    listener,
    requestId: headers.get("x-chancery-request-id") ?? "unknown",
    path: pathOf(headers.get("x-chancery-path") ?? ""),
    peer: decodePeer(headers.get("x-chancery-peer")),
  };
}

const pathOf = (said: string): string =>
  (said.startsWith("/setup")
    ? (said.split("?")[0] ?? "")
    : said.replaceAll(/chy_[\w%-]+/g, "chy_…")
  ).slice(0, 1024);

function textOf(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return "";
  }
}

/** An accepted peer as the value of a header. */
export const encodePeer = (peer: Peer): string =>
  Buffer.from(JSON.stringify(peer)).toString("base64url");

/** The peer of such a value; null for none, and for what was not written by encodePeer. */
export function decodePeer(value: string | null): Peer | null {
  if (value === null || value === "") return null;
  try {
    const peer = JSON.parse(Buffer.from(value, "base64url").toString("utf8")) as Peer;
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
    return whole && !Number.isNaN(notAfter.getTime()) ? { ...peer, notAfter } : null;
  } catch {
    return null;
  }
}

import type { IncomingMessage } from "node:http";
import { AppError } from "@/lib/errors/app-error";
import { hostName } from "@/server/http/host-name";
import type { ListenerName } from "@/server/http/request-context";

/** The URLs of the ACME server as one client reaches it. */
export type AcmeUrls = Readonly<{
  /** `https://ca.example.com:3443` */
  origin: string;
  directory: string;
  account: (id: string) => string;
  orders: (accountId: string) => string;
  order: (id: string) => string;
  finalize: (id: string) => string;
  authorization: (id: string) => string;
  challenge: (id: string, type: string) => string;
  certificate: (id: string, alternate?: number) => string;
  /** Of the resources without an id: `new-order`. */
  resource: (name: string) => string;
}>;

export type Host = Readonly<{ serverNames: readonly string[]; publicUrl: string }>;

/**
 * URLs with the host that the client used, which must be one of this server's: the client signs
 * them. Behind a proxy that ends TLS it is the public URL's. Errors: `acme.malformed`.
 */
export function makeUrls(
  request: Pick<IncomingMessage, "headers">,
  listener: ListenerName,
  profile: string | null,
  { serverNames, publicUrl }: Host,
): AcmeUrls {
  const host = request.headers.host ?? "";
  const name = hostName(host);
  if (name === null || !(name === "localhost" || serverNames.includes(name)))
    throw new AppError(
      "acme.malformed",
      "The Host header names no host of this server. Use the host of its certificate.",
    );
  const published = URL.parse(publicUrl);
  const isPublished = published?.protocol === "https:" && published.host === host.toLowerCase();
  const origin = `${listener === "http" && !isPublished ? "http" : "https"}://${host.toLowerCase()}`;
  const root = `${origin}/acme`;
  const prefix = profile === null ? root : `${root}/${profile}`;
  return {
    origin,
    directory: `${prefix}/directory`,
    account: (id) => `${root}/acct/${id}`,
    orders: (accountId) => `${root}/acct/${accountId}/orders`,
    order: (id) => `${root}/order/${id}`,
    finalize: (id) => `${root}/order/${id}/finalize`,
    authorization: (id) => `${root}/authz/${id}`,
    challenge: (id, type) => `${root}/chall/${id}/${type}`,
    certificate: (id, alternate = 0) =>
      `${root}/cert/${id}${alternate === 0 ? "" : `/${alternate}`}`,
    resource: (resource) => `${prefix}/${resource}`,
  };
}

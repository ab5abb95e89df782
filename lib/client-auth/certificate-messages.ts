import type { MissingScope } from "./proxy-use";
import type { CertificateCode } from "./types";

type MessageFacts = Readonly<{
  issuer: string;
  notBefore: string;
  notAfter: string;
  ip: string | null;
}>;
type RefusalMessage = Readonly<{
  title: string;
  detail: (facts: MessageFacts) => string;
}>;

const scopeNeeds: Readonly<Record<MissingScope, string>> = {
  "forward-auth": "`forward-auth`, which authorization requests need",
  api: "`api`, which client certificates at the API need",
  console: "`console`, which the console and API tokens need",
  any: "`api` (for client certificates) or `console` (for API tokens), one of which the API needs",
};

/** The detail of `proxy.scope`, with the proxy and the scope that it doesn't have. */
export const outsideScopeMessage = (proxy: string, missing: MissingScope): string =>
  `The trusted proxy ${proxy} passed this request on, but doesn't have the scope ${scopeNeeds[missing]}. Ask an administrator to add the scope under Settings → Proxies, or connect to Chancery directly.`;

/**
 * What the caller of a refused request reads: what is wrong, and how to fix it. Reveals nothing
 * that would help someone who has stolen the certificate.
 */
export const certificateMessages: Readonly<Record<CertificateCode, RefusalMessage>> = {
  "certificate.missing": {
    title: "Client certificate required",
    detail: () =>
      "Connect with a client certificate issued by Chancery and its key. The API also accepts a token: Authorization: Bearer chy_…",
  },
  "certificate.unreadable": {
    title: "The client certificate can't be read",
    detail: () =>
      "The client certificate is not exactly one X.509 certificate. Check how it is stored and how the proxy forwards it.",
  },
  "certificate.unknown-issuer": {
    title: "The client certificate was issued by another CA",
    detail: ({ issuer }) =>
      `Its issuer (${issuer || "no name"}) is not a CA of this Chancery. Use a certificate issued here.`,
  },
  "certificate.forged": {
    title: "The client certificate is forged",
    detail: () =>
      "It names a CA of this Chancery as its issuer, but that CA did not issue these bytes. Use a certificate issued here.",
  },
  "certificate.not-issued": {
    title: "The client certificate is not in the audit log",
    detail: () =>
      "It is signed by a CA of this Chancery, but there is no record that it was issued. Report this to your Chancery administrator, and request another certificate.",
  },
  "certificate.not-yet-valid": {
    title: "The client certificate is not valid yet",
    detail: ({ notBefore }) =>
      `It is valid from ${notBefore}. Wait until then. If that time has passed, check the clocks.`,
  },
  "certificate.expired": {
    title: "The client certificate has expired",
    detail: ({ notAfter }) =>
      `It expired at ${notAfter}. Request a new one for the same identity, and renew earlier next time.`,
  },
  "certificate.revoked": {
    title: "The client certificate is revoked",
    detail: () =>
      "Revocation can't be undone. Create a new key and request a new certificate for it.",
  },
  "certificate.on-hold": {
    title: "The client certificate is on hold",
    detail: () =>
      "It is suspended temporarily. Ask an administrator of Chancery to release it, or use another certificate.",
  },
  "certificate.usage": {
    title: "The certificate is not for client authentication",
    detail: () =>
      "Its extended key usage does not include client authentication. Request one under a profile for clients, such as tls-client-service.",
  },
  "certificate.internal": {
    title: "The certificate belongs to Chancery itself",
    detail: () =>
      "Chancery's internal certificates can't be used by clients. Use the certificate of a person, a service or a device.",
  },
  "certificate.network": {
    title: "The certificate can't be used from this network",
    detail: ({ ip }) =>
      `Its identity is limited to certain networks, and ${ip === null ? "the address of this request is unknown" : `${ip} is in none of them`}. Connect from an allowed network, or ask an administrator of Chancery to add this one.`,
  },
  "certificate.of-proxy": {
    title: "The certificate belongs to a proxy",
    detail: () =>
      "A proxy's own certificate never counts for itself, because the proxy's clients would act in its name. Use a certificate of another identity. If the proxy was removed, a certificate that was issued after that counts.",
  },
  "proxy.scope": {
    title: "The proxy isn't trusted for this",
    detail: () =>
      "The trusted proxy that passed this request on doesn't have the scope for it: forward-auth for authorization requests, api for client certificates at the API, console for the console and for API tokens. An administrator changes scopes under Settings → Proxies.",
  },
  "identity.suspended": {
    title: "The identity is suspended",
    detail: () =>
      "Its certificates are not accepted until an administrator of Chancery activates the identity again.",
  },
};

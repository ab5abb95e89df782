import type { CertificateCode } from "@/lib/custody/types";

type Facts = Readonly<{ issuer: string; notBefore: string; notAfter: string; ip: string | null }>;
type Text = Readonly<{ status: 401 | 403; title: string; detail: (facts: Facts) => string }>;

/** What the caller of a refused request reads: what is wrong, and how to mend it. Nothing of it helps somebody who has stolen the certificate. */
export const certificateTexts: Readonly<Record<CertificateCode, Text>> = {
  "certificate.missing": {
    status: 401,
    title: "No client certificate was shown",
    detail: () =>
      "Connect with a client certificate that Chancery issued, and its key. The API also takes a token: Authorization: Bearer chy_…",
  },
  "certificate.unreadable": {
    status: 401,
    title: "The client certificate cannot be read",
    detail: () =>
      "What came as the client certificate is not one X.509 certificate. Check how it is stored, and how the proxy passes it on.",
  },
  "certificate.unknown-issuer": {
    status: 401,
    title: "The client certificate comes from elsewhere",
    detail: ({ issuer }) =>
      `No authority of this Chancery is its issuer (${issuer || "no name"}). Use a certificate that was issued here.`,
  },
  "certificate.forged": {
    status: 401,
    title: "The client certificate is forged",
    detail: () =>
      "It names an authority of this Chancery as its issuer, but that authority has not issued it as it stands. Use a certificate that was issued here.",
  },
  "certificate.not-issued": {
    status: 401,
    title: "The client certificate is not on the record",
    detail: () =>
      "It carries the signature of an authority of this Chancery, which has no record of issuing it. Report this to those who run Chancery, and request another certificate.",
  },
  "certificate.not-yet-valid": {
    status: 401,
    title: "The client certificate is not valid yet",
    detail: ({ notBefore }) =>
      `It is valid from ${notBefore}. Wait until then, or check the clocks if that should have passed.`,
  },
  "certificate.expired": {
    status: 401,
    title: "The client certificate has expired",
    detail: ({ notAfter }) =>
      `It was valid until ${notAfter}. Request a new one for the same identity, and renew earlier the next time.`,
  },
  "certificate.revoked": {
    status: 401,
    title: "The client certificate is revoked",
    detail: () =>
      "It will never count again. Make a new key, and request a new certificate for it.",
  },
  "certificate.on-hold": {
    status: 401,
    title: "The client certificate is on hold",
    detail: () =>
      "Somebody has suspended it for the time being. Ask an operator of Chancery to release it, or use another certificate.",
  },
  "certificate.usage": {
    status: 403,
    title: "The certificate is not meant for clients",
    detail: () =>
      "Its extended key usage does not name client authentication. Request one by a profile for clients, such as tls-client-service.",
  },
  "certificate.internal": {
    status: 403,
    title: "The certificate belongs to Chancery itself",
    detail: () =>
      "Certificates of Chancery's own parts never stand for a caller. Use the certificate of a person, a service or a device.",
  },
  "certificate.network": {
    status: 403,
    title: "The certificate may not be used from here",
    detail: ({ ip }) =>
      `The identity that it belongs to is bound to certain networks, and ${ip === null ? "the address of this request is not known" : `${ip} is in none of them`}. Connect from where it is allowed, or ask an operator of Chancery to add this network.`,
  },
  "identity.suspended": {
    status: 403,
    title: "The identity is suspended",
    detail: () =>
      "None of its certificates counts until an operator of Chancery activates it again.",
  },
};

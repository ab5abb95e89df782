import type { ErrorDefinitions } from "@/lib/errors/types";

/** Machines that enroll by themselves with a one-time secret or over EST (RFC 7030). */
export const enrollmentCodes = {
  "ca-permission.authority": {
    kind: "invalid",
    text: "The CA doesn't exist, isn't active, or has a path length of 0 and so signs no CA certificates; choose one above it, such as the root.",
  },
  "ca-permission.not-covered": {
    kind: "forbidden",
    text: "No permission of this identity is for this trust domain and this CA; an administrator creates one and confirms it on the host.",
  },
  "ca-permission.not-found": {
    kind: "not-found",
    text: "No CA permission has this ID.",
  },
  "ca-permission.revoked": {
    kind: "forbidden",
    text: "The permission to get CA certificates is revoked; create a new one if it is still needed.",
  },
  "ca-permission.trust-domain": {
    kind: "invalid",
    text: "The identity doesn't hold the whole trust domain, spiffe://example.com/* for example; add that name to it first.",
  },
  "ca-permission.unconfirmed": {
    kind: "forbidden",
    text: "The permission to get CA certificates waits for its confirmation, or was rejected; run npx chancery confirm on the host.",
  },
  "ca-permission.used-up": {
    kind: "forbidden",
    text: "The permission has given as many CA certificates as it allows; create a new one.",
  },
  "enrollment.secret-expired": {
    kind: "forbidden",
    text: "The enrollment secret has expired; create a new one for the identity.",
  },
  "enrollment.secret-identity": {
    kind: "forbidden",
    text: "The enrollment secret is for another identity; leave the identity out or use the secret's.",
  },
  "enrollment.secret-maker-ended": {
    kind: "forbidden",
    text: "The account or token that created the enrollment secret is disabled, expired, revoked or lost the role for it; create a new secret.",
  },
  "enrollment.secret-network": {
    kind: "forbidden",
    text: "The enrollment secret is not accepted from this address; use it from one of its networks.",
  },
  "enrollment.secret-not-found": {
    kind: "not-found",
    text: "No enrollment secret has this ID.",
  },
  "enrollment.secret-profile": {
    kind: "forbidden",
    text: "The enrollment secret is for another profile; use that one.",
  },
  "enrollment.secret-revoked": {
    kind: "forbidden",
    text: "The enrollment secret is revoked; create a new one for the identity.",
  },
  "enrollment.secret-spent": {
    kind: "forbidden",
    text: "All uses of the enrollment secret are spent; if you didn't use it, someone else did: revoke what it got, and create a new secret.",
  },
  "enrollment.secret-suspended": {
    kind: "forbidden",
    text: "The identity of the enrollment secret is suspended; ask an administrator.",
  },
  "enrollment.unusable-profile": {
    kind: "invalid",
    text: "The profile doesn't exist or is retired, or this identity can't request certificates under it for itself.",
  },
  "est.bad-request": {
    kind: "malformed",
    text: "The body isn't a CSR in base64 (RFC 7030 section 4.2.1); send the DER in base64, without PEM lines.",
  },
  "est.certificate-required": {
    kind: "forbidden",
    text: "Re-enrollment needs the client certificate that it replaces; connect to the mTLS port with it.",
  },
  "est.names-differ": {
    kind: "invalid",
    text: "The CSR for a re-enrollment has another subject or other names than the certificate; use those of the certificate.",
  },
  "est.not-found": {
    kind: "not-found",
    text: "There is no such EST operation; use cacerts, csrattrs, simpleenroll or simplereenroll, with the slug of a profile before it.",
  },
  "est.other-profile": {
    kind: "forbidden",
    text: "The label isn't the profile of the client certificate; a re-enrollment keeps the profile.",
  },
  "est.unknown-label": {
    kind: "not-found",
    text: "The label of the EST address isn't the slug of a profile.",
  },
} as const satisfies ErrorDefinitions;

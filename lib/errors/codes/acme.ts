import type { ErrorDefinitions } from "@/lib/errors/types";

/**
 * Machines that enroll by ACME, and the keys that bind their accounts to identities. Over ACME,
 * `acme.bad-nonce` is answered as `urn:ietf:params:acme:error:badNonce`, and so on.
 */
export const acmeCodes = {
  "acme.account-does-not-exist": {
    kind: "malformed",
    text: "No ACME account has this key, or the `kid` isn't an account of this server; create an account first.",
  },
  "acme.already-replaced": {
    kind: "conflict",
    text: "Another order replaces this certificate already; order without `replaces`.",
  },
  "acme.already-revoked": {
    kind: "malformed",
    text: "The certificate is revoked already; nothing is left to do.",
  },
  "acme.bad-csr": {
    kind: "malformed",
    text: "The CSR can't be used for this order; its names must be exactly those of the order.",
  },
  "acme.bad-nonce": {
    kind: "malformed",
    text: "The anti-replay nonce is unknown, expired or used; sign again with the nonce of this answer.",
  },
  "acme.bad-public-key": {
    kind: "malformed",
    text: "The account's key isn't allowed; use an ECDSA key on P-256, P-384 or P-521, Ed25519, or RSA from 2048 to 8192 bits.",
  },
  "acme.bad-revocation-reason": {
    kind: "malformed",
    text: "This revocation reason isn't allowed over ACME; leave it out or use 0, 1, 3, 4, 5 or 9.",
  },
  "acme.bad-signature-algorithm": {
    kind: "malformed",
    text: "The signature algorithm isn't supported; use one that the problem lists in `algorithms`.",
  },
  "acme.caa": {
    kind: "forbidden",
    text: "CAA records of the domain forbid this authority to issue for it.",
  },
  "acme.connection": {
    kind: "malformed",
    text: "The server of the name could not be reached to validate the challenge; check its port and what it answers.",
  },
  "acme.dns": {
    kind: "malformed",
    text: "A DNS query for the validation failed; check the name and the resolver that Chancery uses.",
  },
  "acme.external-account-required": {
    kind: "forbidden",
    text: "New ACME accounts need an external account binding; create a key for the identity and pass its key ID and HMAC key to the client.",
  },
  "acme.incorrect-response": {
    kind: "forbidden",
    text: "The answer to the challenge wasn't the expected one; check that the client's answer is what the server of the name serves.",
  },
  "acme.invalid-contact": {
    kind: "malformed",
    text: "A contact isn't valid; use `mailto:` with one address.",
  },
  "acme.invalid-profile": {
    kind: "malformed",
    text: "The account can't use this profile; choose one that the directory lists in `meta.profiles`.",
  },
  "acme.key-in-use": {
    kind: "conflict",
    text: "Another ACME account uses this key already; generate a new one.",
  },
  "acme.key-not-found": {
    kind: "not-found",
    text: "No enrollment key has this ID.",
  },
  "acme.malformed": {
    kind: "malformed",
    text: "The ACME request isn't a valid JWS for this resource (RFC 8555); the detail says what is wrong.",
  },
  "acme.no-key": {
    kind: "unavailable",
    text: "This process can't read enrollment keys, because it has no key to seal them with; use the console or the API.",
  },
  "acme.not-found": {
    kind: "not-found",
    text: "There is no such ACME resource, or it belongs to another account.",
  },
  "acme.order-not-ready": {
    kind: "forbidden",
    text: "The order isn't ready to be finalized; complete its authorizations first.",
  },
  "acme.rate-limited": {
    kind: "rate-limited",
    text: "The account has too many pending orders or ordered too often; retry later.",
  },
  "acme.rejected-identifier": {
    kind: "malformed",
    text: "The server doesn't issue for this identifier; the identity has to hold the name first.",
  },
  "acme.unauthorized": {
    kind: "forbidden",
    text: "The account, the key or the binding doesn't allow this.",
  },
  "acme.unsupported-identifier": {
    kind: "malformed",
    text: "The identifier's type isn't supported; use `dns` or `ip`.",
  },
  "acme.user-action-required": {
    kind: "forbidden",
    text: "A user has to act before this client can go on; the detail says what.",
  },
} as const satisfies ErrorDefinitions;

import type { ErrorDefinitions } from "@/lib/errors/types";

/** X.509 objects that can't be read, made or trusted, and addresses. */
export const pkiCodes = {
  "certificate.malformed": {
    kind: "invalid",
    text: "The bytes aren't an X.509 certificate; send one certificate as DER or PEM.",
  },
  "cms.malformed": {
    kind: "invalid",
    text: "The bytes aren't CMS SignedData (RFC 5652); check what produced them.",
  },
  "crl.invalid": {
    kind: "invalid",
    text: "The requested CRL would break RFC 5280; fix what the message names.",
  },
  "crl.malformed": {
    kind: "invalid",
    text: "The bytes aren't a CRL (RFC 5280, section 5); send one CRL as DER or PEM.",
  },
  "crl.unverified": {
    kind: "invalid",
    text: "The CRL isn't signed by its issuer, or isn't current; get a new one from the issuer.",
  },
  "csr.bad-extension": {
    kind: "invalid",
    text: "The CSR requests extensions that aren't taken from CSRs; leave out all but subjectAltName.",
  },
  "csr.bad-name": {
    kind: "invalid",
    text: "A name in the CSR can't be used; request DNS, IP, email and URI names in plain UTF-8 only.",
  },
  "csr.bad-signature": {
    kind: "invalid",
    text: "The CSR's signature doesn't match its public key; create it again with the machine's own key and send it unchanged.",
  },
  "csr.not-a-csr": {
    kind: "invalid",
    text: "The text isn't a PKCS#10 certificate signing request; create one, for example with openssl req.",
  },
  "csr.too-large": {
    kind: "too-large",
    text: "The CSR is longer than is accepted; send the CSR alone.",
  },
  "csr.unsupported-key": {
    kind: "invalid",
    text: "The CSR's key or signature algorithm isn't supported; use ECDSA, RSA or Ed25519 with SHA-256 or better.",
  },
  "csr.weak-signature": {
    kind: "invalid",
    text: "The CSR is signed with an algorithm that can be forged; sign it with SHA-256.",
  },
  "der.malformed": {
    kind: "invalid",
    text: "The bytes aren't valid DER; the message names the octet.",
  },
  "issuer.not-an-authority": {
    kind: "invalid",
    text: "The certificate can't issue others (RFC 5280, section 6.1.4); use that of an authority.",
  },
  "key.malformed": {
    kind: "invalid",
    text: "The public key can't be read or isn't valid for its algorithm; make a new key pair.",
  },
  "name.invalid": {
    kind: "invalid",
    text: "A name isn't valid for its type; fix it as the message says.",
  },
  "network.invalid": {
    kind: "invalid",
    text: "The text isn't an address or network; write it like 10.20.0.0/16 or 2001:db8::/32.",
  },
  "ocsp.invalid": {
    kind: "invalid",
    text: "The OCSP answer to build isn't valid (RFC 6960); it needs a response and a nextUpdate after thisUpdate.",
  },
  "ocsp.malformed": {
    kind: "invalid",
    text: "The OCSP request can't be read (RFC 6960); check the client that sent it.",
  },
  "pem.malformed": {
    kind: "invalid",
    text: "The text isn't PEM; copy all of it, from -----BEGIN to -----END, unchanged.",
  },
  "pem.wrong-label": {
    kind: "invalid",
    text: "The PEM text holds something else, or more than one; send one block with the expected label.",
  },
  "serial.invalid": {
    kind: "invalid",
    text: "The text isn't a serial number; write 1 to 20 octets in hexadecimal, such as 4f1a9c.",
  },
  "timestamp.invalid": {
    kind: "invalid",
    text: "The time stamp doesn't prove what it should (RFC 3161); check the time-stamping authority and its trusted certificates.",
  },
  "timestamp.malformed": {
    kind: "invalid",
    text: "The time-stamping authority's answer can't be read (RFC 3161); check its address.",
  },
  "timestamp.rejected": {
    kind: "unavailable",
    text: "The time-stamping authority refused to stamp; the message has its reason.",
  },
  "timestamp.roots": {
    kind: "invalid",
    text: "CHANCERY_TSA_CA isn't set or doesn't name a readable PEM file; set it to the certificates that the time-stamping authority is trusted by.",
  },
  "timestamp.unreachable": {
    kind: "unavailable",
    text: "The time-stamping authority doesn't answer; check its address and the network.",
  },
} as const satisfies ErrorDefinitions;

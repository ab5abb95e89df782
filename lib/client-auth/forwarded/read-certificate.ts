import { type ForwardedHeaders, headersByKind } from "@/lib/client-auth/forwarded-headers";
import { memoizeByText } from "@/lib/client-auth/memoize-by-text";
import { type PresentedCertificate, readPresented } from "@/lib/client-auth/presented-certificate";
import type { ProxyKind } from "@/lib/proxies/schema";
import { lastXfccElement } from "./xfcc";

const pemBlock =
  /^\s*-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/;
const strictBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const sequence = String.raw`:[A-Za-z0-9+/]+={0,2}:`,
  byteSequence = new RegExp(`^${sequence}$`),
  byteSequences = new RegExp(`^${sequence}(?:[ \\t]*,[ \\t]*${sequence})*$`);

function fromBase64(text: string): Uint8Array | null {
  return text !== "" && strictBase64.test(text)
    ? Uint8Array.from(Buffer.from(text, "base64"))
    : null;
}

function unescape(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Exactly one certificate in PEM, percent-encoded. */
function fromEscapedPem(text: string): Uint8Array | null {
  const body = pemBlock.exec(unescape(text) ?? "")?.[1];
  return body === undefined ? null : fromBase64(body.replaceAll(/\s/g, ""));
}

/** `$ssl_client_escaped_cert`; nginx leaves the header out where there is no certificate. */
const readNginx = fromEscapedPem;

/**
 * passTLSClientCert with `pem`: base64 without its PEM frame, percent-encoded or not, the client's
 * own certificate first.
 */
const readTraefik = (text: string): Uint8Array | null =>
  fromBase64(unescape(text.split(",")[0] ?? "") ?? "-");

/**
 * X-Forwarded-Client-Cert: only its last element was written by the proxy itself. Its Hash, if
 * present, must match.
 */
function readEnvoy(text: string): Uint8Array | null {
  const element = lastXfccElement(text),
    der = element?.cert === undefined ? null : fromEscapedPem(element.cert);
  if (der === null || element?.hash === undefined) return der;
  return readPresented(der)?.fingerprintSha256 === element.hash.toLowerCase() ? der : null;
}

/** RFC 9440: a byte sequence. */
const readRfc9440 = (text: string): Uint8Array | null =>
  byteSequence.test(text) ? fromBase64(text.slice(1, -1)) : null;

const maxMemoized = 1_000;

// Parsing a certificate costs more than the rest of the decision, and a client sends the same one
// with every request. Only the parsed form is cached; its status is checked each time.
function reader(
  read: (text: string) => Uint8Array | null,
): (text: string) => PresentedCertificate | null {
  return memoizeByText((text) => {
    const der = read(text);
    return der === null ? null : readPresented(der);
  }, maxMemoized);
}

const readers: Readonly<Record<ProxyKind, (text: string) => PresentedCertificate | null>> = {
  nginx: reader(readNginx),
  traefik: reader(readTraefik),
  envoy: reader(readEnvoy),
  rfc9440: reader(readRfc9440),
};

/**
 * The certificate that a proxy of this kind forwards; null if the header cannot be read, undefined
 * if there is none.
 */
export function readForwardedCertificate(
  kind: ProxyKind,
  headers: ForwardedHeaders,
): PresentedCertificate | null | undefined {
  const lines = headers.get(headersByKind[kind].certificate) ?? [];
  // RFC 9440 has a second header for the rest of the chain. Only its syntax is checked, and it is
  // invalid without the first.
  const chain = kind === "rfc9440" ? (headers.get("client-cert-chain") ?? []).join(",").trim() : "";
  if (chain !== "" && (lines.length === 0 || !byteSequences.test(chain))) return null;
  // Two lines of a header that may occur once have two authors, so neither is trusted. Envoy's
  // header is a list.
  if (lines.length > 1 && kind !== "envoy") return null;
  const text = lines.join(",").trim();
  // Caddy and HAProxy write the two colons of an empty byte sequence where there is none.
  const isNone = text === "" || (kind === "rfc9440" && text === "::");
  return isNone ? undefined : readers[kind](text);
}

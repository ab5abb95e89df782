import type { ForwardedHeaders } from "@/lib/custody/forwarded/names";
import { headersOfKind } from "@/lib/custody/forwarded/names";
import { lastXfccElement } from "@/lib/custody/forwarded/xfcc";
import { readPresented } from "@/lib/custody/presented";
import type { PresentedCertificate } from "@/lib/custody/presented";
import { rememberReading } from "@/lib/custody/remember-reading";
import type { ProxyKind } from "@/lib/proxies/schema";

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

/** passTLSClientCert with `pem`: base64 without its PEM frame, percent-encoded or not, the client's own certificate first. */
const readTraefik = (text: string): Uint8Array | null =>
  fromBase64(unescape(text.split(",")[0] ?? "") ?? "-");

/** XFCC, of which only the last element is the proxy's own; its Hash, where there is one, has to fit. */
function readEnvoy(text: string): Uint8Array | null {
  const element = lastXfccElement(text),
    der = element?.cert === undefined ? null : fromEscapedPem(element.cert);
  if (der === null || element?.hash === undefined) return der;
  return readPresented(der)?.fingerprintSha256 === element.hash.toLowerCase() ? der : null;
}

/** RFC 9440: a byte sequence. */
const readRfc9440 = (text: string): Uint8Array | null =>
  byteSequence.test(text) ? fromBase64(text.slice(1, -1)) : null;

const MOST_REMEMBERED = 1_000;

// Reading a certificate costs more than all the rest of a decision about it, and a client sends the same one again and again. What it says
// never changes; whether it counts is asked each time.
function reader(
  read: (text: string) => Uint8Array | null,
): (text: string) => PresentedCertificate | null {
  return rememberReading((text) => {
    const der = read(text);
    return der === null ? null : readPresented(der);
  }, MOST_REMEMBERED);
}

const readers: Readonly<Record<ProxyKind, (text: string) => PresentedCertificate | null>> = {
  nginx: reader(readNginx),
  traefik: reader(readTraefik),
  envoy: reader(readEnvoy),
  rfc9440: reader(readRfc9440),
};

/** The certificate that a proxy of this kind passes on; null if what it says cannot be read, undefined if it says none. */
export function readForwardedCertificate(
  kind: ProxyKind,
  headers: ForwardedHeaders,
): PresentedCertificate | null | undefined {
  const lines = headers.get(headersOfKind[kind].certificate) ?? [];
  // Of RFC 9440 there is a list for the rest of the chain, which is only looked at for its form, and means nothing alone.
  const chain = kind === "rfc9440" ? (headers.get("client-cert-chain") ?? []).join(",").trim() : "";
  if (chain !== "" && (lines.length === 0 || !byteSequences.test(chain))) return null;
  // A header that may stand once: two lines of it are from two hands, and neither is believed. Envoy's is a list.
  if (lines.length > 1 && kind !== "envoy") return null;
  const text = lines.join(",").trim();
  return text === "" ? undefined : readers[kind](text);
}

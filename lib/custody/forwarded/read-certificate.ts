import type { ForwardedHeaders } from "@/lib/custody/forwarded/names";
import { headersOfKind } from "@/lib/custody/forwarded/names";
import { lastXfccElement } from "@/lib/custody/forwarded/xfcc";
import { readPresented } from "@/lib/custody/presented";
import type { PresentedCertificate } from "@/lib/custody/presented";
import type { ProxyKind } from "@/lib/proxies/schema";

/** DER, null for what cannot be read, undefined for none. */
type Der = Uint8Array | null | undefined;

const pemBlock = /^\s*-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/;
const strictBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const sequence = String.raw`:[A-Za-z0-9+/]+={0,2}:`, byteSequence = new RegExp(`^${sequence}$`), byteSequences = new RegExp(`^${sequence}(?:[ \\t]*,[ \\t]*${sequence})*$`);

function fromBase64(text: string): Uint8Array | null {
  return text !== "" && strictBase64.test(text) ? Uint8Array.from(Buffer.from(text, "base64")) : null;
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
const readNginx = (lines: readonly string[]): Der => oneLine(lines, fromEscapedPem);

/** passTLSClientCert with `pem`: base64 without its PEM frame, percent-encoded or not, the client's own certificate first. */
const readTraefik = (lines: readonly string[]): Der => oneLine(lines, (text) => fromBase64(unescape(text.split(",")[0] ?? "") ?? "-"));

/** XFCC, of which only the last element is the proxy's own; its Hash, where there is one, has to fit. */
function readEnvoy(lines: readonly string[]): Der {
  const text = lines.join(",").trim();
  if (text === "") return undefined;
  const element = lastXfccElement(text), der = element?.cert === undefined ? null : fromEscapedPem(element.cert);
  if (der === null || element?.hash === undefined) return der;
  return readPresented(der)?.fingerprintSha256 === element.hash.toLowerCase() ? der : null;
}

/** RFC 9440: a byte sequence, and a list of them for the rest of the chain, which is only looked at for its form. */
function readRfc9440(lines: readonly string[], headers: ForwardedHeaders): Der {
  const chain = (headers.get("client-cert-chain") ?? []).join(",").trim();
  if (chain !== "" && !byteSequences.test(chain)) return null;
  if (lines.length === 0) return chain === "" ? undefined : null;
  return oneLine(lines, (text) => (byteSequence.test(text) ? fromBase64(text.slice(1, -1)) : null));
}

/** A header that may stand once: two lines of it are from two hands, and neither is believed. */
function oneLine(lines: readonly string[], read: (text: string) => Uint8Array | null): Der {
  const [line = "", second] = lines, text = line.trim();
  if (second !== undefined) return null;
  return text === "" ? undefined : read(text);
}

const readers: Readonly<Record<ProxyKind, (lines: readonly string[], headers: ForwardedHeaders) => Der>> = { nginx: readNginx, traefik: readTraefik, envoy: readEnvoy, rfc9440: readRfc9440 };

/** The certificate that a proxy of this kind passes on; null if what it says cannot be read, undefined if it says none. */
export function readForwardedCertificate(kind: ProxyKind, headers: ForwardedHeaders): PresentedCertificate | null | undefined {
  const der = readers[kind](headers.get(headersOfKind[kind].certificate) ?? [], headers);
  return der === undefined || der === null ? der : readPresented(der);
}

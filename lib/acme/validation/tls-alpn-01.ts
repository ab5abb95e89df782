import { createHash, X509Certificate } from "node:crypto";
import { connect, type PeerCertificate, type TLSSocket } from "node:tls";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { canonicalAddress, parseIp } from "@/lib/net/address";
import { resolveForValidation } from "./resolver";
import type { Attempt, Validated } from "./types";

const protocol = "acme-tls/1";
/** id-pe-acmeIdentifier (1.3.6.1.5.5.7.1.31), critical, with an OCTET STRING of 32 octets. */
const extensionStart = Buffer.from("06082b0601050507011f0101ff04220420", "hex");

/**
 * tls-alpn-01 (RFC 8737, RFC 8738 section 6): a self-signed certificate for exactly this name, with
 * the digest of the key authorization, over TLS with ALPN on port 443. Errors: `acme.dns`,
 * `acme.connection`, `acme.incorrect-response`.
 */
export async function validateTlsAlpn(attempt: Attempt): Promise<Validated> {
  const { value } = attempt.identifier;
  const [address = ""] = await resolveForValidation(value, attempt);
  const socket = await open(address, attempt);
  try {
    if (socket.alpnProtocol !== protocol)
      throw incorrect(`The server at ${address} doesn't speak ${protocol}.`);
    const { raw } = socket.getPeerCertificate() as PeerCertificate & { raw?: Buffer };
    if (raw === undefined) throw incorrect("The server showed no certificate.");
    assertChallengeCertificate(raw, attempt);
    return { from: address };
  } finally {
    socket.destroy();
  }
}

const incorrect = (detail: string): AppError => new AppError("acme.incorrect-response", detail);

function open(address: string, { identifier, settings, signal }: Attempt): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address,
      port: settings.tlsPort,
      servername: identifier.type === "ip" ? reverseName(identifier.value) : identifier.value,
      ALPNProtocols: [protocol],
      rejectUnauthorized: false,
      minVersion: "TLSv1.2",
    });
    const abort = (): void => void socket.destroy(new Error("timeout"));
    signal.addEventListener("abort", abort, { once: true });
    socket.on("error", (error: NodeJS.ErrnoException) =>
      reject(
        isAppError(error)
          ? error
          : new AppError(
              "acme.connection",
              `Connecting to ${address}:${settings.tlsPort} failed (${error.code ?? error.message}).`,
            ),
      ),
    );
    socket.once("secureConnect", () => resolve(socket));
  });
}

function assertChallengeCertificate(raw: Buffer, { identifier, keyAuthorization }: Attempt): void {
  const names = new X509Certificate(raw).subjectAltName ?? "";
  const [, type = "", value = ""] = /^(DNS|IP Address):(\S+)$/.exec(names) ?? [];
  const isName =
    identifier.type === "ip"
      ? type === "IP Address" && canonicalAddress(value) === identifier.value
      : type === "DNS" && value.toLowerCase() === identifier.value;
  if (!isName)
    throw incorrect(`The certificate is for "${names.slice(0, 200)}", not for this name alone.`);
  const at = raw.indexOf(extensionStart);
  const digest = createHash("sha256").update(keyAuthorization).digest();
  const found =
    at < 0 ? null : raw.subarray(at + extensionStart.length, at + extensionStart.length + 32);
  if (found === null || raw.indexOf(extensionStart, at + 1) >= 0 || !found.equals(digest))
    throw incorrect("The certificate's acmeIdentifier is missing or not the expected one.");
}

/** The name in DNS under which an address is asked for by SNI (RFC 8738 section 6). */
function reverseName(address: string): string {
  const octets = [...(parseIp(address) ?? [])];
  if (octets.length === 4) return `${octets.reverse().join(".")}.in-addr.arpa`;
  const nibbles = octets.flatMap((octet) => [octet >> 4, octet & 15]);
  return `${nibbles
    .reverse()
    .map((nibble) => nibble.toString(16))
    .join(".")}.ip6.arpa`;
}

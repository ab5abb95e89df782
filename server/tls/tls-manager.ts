import { constants } from "node:crypto";
import type { SecureContextOptions, Server } from "node:tls";
import { toPem } from "@/lib/pki/pem";
import type { EphemeralKey } from "./ephemeral-key";

export type TlsMaterial = Readonly<{
  key: EphemeralKey;
  certificateDer: Uint8Array;
  /** The issuing certificates above it, without the root. */
  chain: readonly Uint8Array[];
  selfSigned: boolean;
}>;

/**
 * Holds the key and certificate of the TLS listeners and replaces them without a restart: new
 * handshakes use the new certificate, open connections continue.
 */
export type TlsManager = Readonly<{
  current: () => TlsMaterial;
  options: () => SecureContextOptions;
  attach: (server: Server) => void;
  use: (material: TlsMaterial) => void;
  /** Resolves once a certificate issued by a CA is in use. */
  certified: Promise<void>;
  /** The CAs that are named in the request for a client certificate. */
  trust: (authorities: readonly Uint8Array[]) => void;
}>;

/**
 * AEAD with forward secrecy alone, and only for this key: P-256. Node's own list has CBC suites
 * with SHA-1 and CCM with a tag of 8 bytes in TLS 1.2.
 */
const cipherSuites = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
].join(":");

export function makeTlsManager(first: TlsMaterial): TlsManager {
  const servers: Server[] = [];
  let resolveCertified: () => void = () => {};
  const certified = new Promise<void>((resolve) => {
    resolveCertified = resolve;
  });
  let material = first,
    authorities: readonly Uint8Array[] = [];
  const options = (): SecureContextOptions => ({
    key: material.key.privateKey.export({ type: "pkcs8", format: "pem" }),
    cert: [material.certificateDer, ...material.chain]
      .map((der) => toPem("CERTIFICATE", der))
      .join(""),
    // Without a list Node would trust the public CAs.
    ca: authorities.map((der) => toPem("CERTIFICATE", der)),
    minVersion: "TLSv1.2",
    ciphers: cipherSuites,
    honorCipherOrder: true,
    // In TLS 1.2 a client could otherwise change its certificate in the middle of a connection and
    // keep the identity of the first.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  });
  const swap = (): void => {
    for (const server of servers) server.setSecureContext(options());
  };
  return {
    current: () => material,
    options,
    attach: (server) => void servers.push(server),
    certified,
    use: (next) => {
      material = next;
      swap();
      if (!next.selfSigned) resolveCertified();
    },
    trust: (next) => {
      authorities = next;
      swap();
    },
  };
}

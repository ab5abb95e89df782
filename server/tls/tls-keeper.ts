import { constants } from "node:crypto";
import type { SecureContextOptions } from "node:tls";
import type { Server } from "node:tls";
import { toPem } from "@/lib/pki/pem";
import type { OwnKey } from "@/server/tls/own-key";

export type TlsMaterial = Readonly<{
  key: OwnKey;
  certificateDer: Uint8Array;
  /** The certificates above it, without the root. */ chain: readonly Uint8Array[];
  selfSigned: boolean;
}>;

/** Holds what the TLS listeners show, and swaps it under their feet: new handshakes see the new certificate, open connections go on. */
export type TlsKeeper = Readonly<{
  current: () => TlsMaterial;
  options: () => SecureContextOptions;
  attach: (server: Server) => void;
  use: (material: TlsMaterial) => void;
  /** Resolves once an authority's certificate is shown. */
  certified: Promise<void>;
  /** Authorities whose clients are welcome; their names go into the request for a client certificate. */
  trust: (authorities: readonly Uint8Array[]) => void;
}>;

export function makeTlsKeeper(first: TlsMaterial): TlsKeeper {
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
    // With no list at all Node would trust the public authorities.
    ca: authorities.map((der) => toPem("CERTIFICATE", der)),
    minVersion: "TLSv1.2",
    // In TLS 1.2 a client could otherwise change its certificate in the middle of a connection, and go on under the first.
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

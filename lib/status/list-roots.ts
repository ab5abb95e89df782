import { createHash } from "node:crypto";
import { toPem } from "@/lib/pki/pem";
import type { Deps } from "@/lib/runtime/deps";
import { readAuthorityIndex } from "./authority-index";

export type TrustedRoot = Readonly<{
  name: string;
  /** The SHA-256 of the certificate, in hexadecimal with colons, as browsers and openssl show it. */
  sha256: string;
  pem: string;
}>;

/** The active roots, the oldest first: what clients have to trust before they can connect. */
export async function listRoots(deps: Pick<Deps, "db">): Promise<TrustedRoot[]> {
  const { all } = await readAuthorityIndex(deps);
  return all
    .filter(({ kind, status }) => kind === "root" && status === "active")
    .map(({ certificateDer, issuer }) => ({
      name: issuer.subjectText,
      sha256: fingerprintOf(certificateDer),
      pem: toPem("CERTIFICATE", certificateDer),
    }));
}

/** SHA-256 in hexadecimal with colons. */
export function fingerprintOf(der: Uint8Array): string {
  const hex = createHash("sha256").update(der).digest("hex").toUpperCase();
  return hex.replaceAll(/(..)(?=.)/g, "$1:");
}

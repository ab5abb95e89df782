import { AppError } from "@/lib/errors/app-error";
import { readCertificate } from "@/lib/pki/certificate";
import { parseCsr } from "@/lib/pki/csr";
import { inspectPublicKey } from "@/lib/pki/keys";
import { pemBlocks } from "@/lib/pki/pem";

/**
 * The SPKI of a text, which is a public key, a CSR or a certificate in PEM. Errors:
 * `key.unreadable`, `key.private`, and those of a damaged CSR or certificate.
 */
export function readPublicKey(text: string): Uint8Array {
  const blocks = pemBlocks(text);
  if (blocks.some(({ label }) => label.endsWith("PRIVATE KEY")))
    throw new AppError(
      "key.private",
      "This is a private key, which Chancery never needs. Paste its public key instead: openssl pkey -in key.pem -pubout",
    );
  for (const { label, der } of blocks) {
    if (label === "CERTIFICATE") return readCertificate(der).spkiDer;
    if (label.endsWith("CERTIFICATE REQUEST")) return parseCsr(der).key.spkiDer;
    if (label !== "PUBLIC KEY") continue;
    inspectPublicKey(der);
    return der;
  }
  throw new AppError(
    "key.unreadable",
    "Paste the block of a public key, a CSR or a certificate. It begins with -----BEGIN.",
  );
}

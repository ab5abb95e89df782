import { integer, oid, sequence, setOf } from "@/lib/pki/der";
import type { SubjectKeyAlgorithm } from "@/lib/pki/types";

const ecPublicKey = "1.2.840.10045.2.1";
const rsaEncryption = "1.2.840.113549.1.1.1";
const curves = {
  "ecdsa-p256": ["1.2.840.10045.3.1.7", "1.2.840.10045.4.3.2"],
  "ecdsa-p384": ["1.3.132.0.34", "1.2.840.10045.4.3.3"],
} as const;
const sha256WithRsa = "1.2.840.113549.1.1.11";
const ed25519 = "1.3.101.112";

const attribute = (type: string, value: Uint8Array): Uint8Array =>
  sequence(oid(type), setOf(value));

/**
 * CsrAttrs (RFC 7030 section 4.5.2) of a profile: the kind of key that it prefers, and the signature
 * algorithm that fits. Names and usages are the profile's own matter; it reads them from no CSR
 * attribute.
 */
export function csrAttributes([preferred]: readonly SubjectKeyAlgorithm[]): Uint8Array {
  if (preferred === undefined) return sequence();
  if (preferred === "ed25519") return sequence(oid(ed25519));
  if (preferred === "ecdsa-p256" || preferred === "ecdsa-p384") {
    const [curve, signature] = curves[preferred];
    return sequence(attribute(ecPublicKey, oid(curve)), oid(signature));
  }
  const bits = Number(preferred.slice("rsa-".length));
  return sequence(attribute(rsaEncryption, integer(bits)), oid(sha256WithRsa));
}

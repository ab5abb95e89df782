import { encodeSignatureAlgorithm } from "@/lib/pki/algorithms";
import { bitString, explicitTag, integer, octetString, oid, sequence, setOf } from "@/lib/pki/der";
import { encodeGeneralName } from "@/lib/pki/general-names";
import { encodeName } from "@/lib/pki/names";
import { extensionOids, otherOids } from "@/lib/pki/oids";
import { toPem } from "@/lib/pki/pem";
import type { GeneralName, SignatureAlgorithm } from "@/lib/pki/types";
import { rawToDer } from "./ecdsa-signature";
import type { KeyKind } from "./key-kinds";
import type { NewKey } from "./make-key";

/** The names of a CSR; `sans` in canonical form. */
export type CsrNames = Readonly<{ commonName: string | null; sans: readonly GeneralName[] }>;

const signing: Readonly<
  Record<
    KeyKind,
    Readonly<{
      algorithm: SignatureAlgorithm;
      with: EcdsaParams | Readonly<{ name: "RSASSA-PKCS1-v1_5" | "Ed25519" }>;
    }>
  >
> = {
  "p-256": { algorithm: "ecdsa-sha256", with: { name: "ECDSA", hash: "SHA-256" } },
  "p-384": { algorithm: "ecdsa-sha384", with: { name: "ECDSA", hash: "SHA-384" } },
  "rsa-3072": { algorithm: "rsa-sha256", with: { name: "RSASSA-PKCS1-v1_5" } },
  ed25519: { algorithm: "ed25519", with: { name: "Ed25519" } },
};

/** The attribute extensionRequest (RFC 2985 §5.4.2), or nothing where there are no names. */
function attributesOf({ sans }: CsrNames): Uint8Array[] {
  if (sans.length === 0) return [];
  const names = sequence(...sans.map(encodeGeneralName));
  const extension = sequence(oid(extensionOids.subjectAltName), octetString(names));
  return [sequence(oid(otherOids.extensionRequest), setOf(sequence(extension)))];
}

/**
 * A PKCS#10 request (RFC 2986) as PEM: the names, the public key, and a signature that proves the
 * private one. Throws AppError `name.invalid`.
 */
export async function makeCsr(
  subtle: Pick<SubtleCrypto, "exportKey" | "sign">,
  { kind, pair }: NewKey,
  names: CsrNames,
): Promise<string> {
  const { commonName } = names;
  const info = sequence(
    integer(0),
    encodeName(commonName === null ? [] : [{ type: "CN", value: commonName }]),
    new Uint8Array(await subtle.exportKey("spki", pair.publicKey)),
    explicitTag(0, ...attributesOf(names)),
  );
  const how = signing[kind];
  const raw = await subtle.sign(how.with, pair.privateKey, Uint8Array.from(info));
  const signature = new Uint8Array(raw);
  const der = sequence(
    info,
    encodeSignatureAlgorithm(how.algorithm),
    bitString(how.with.name === "ECDSA" ? rawToDer(signature) : signature),
  );
  return toPem("CERTIFICATE REQUEST", der);
}

import { generateKeyPairSync, sign } from "node:crypto";
import { encodeSignatureAlgorithm } from "@/lib/pki/algorithms";
import { bitString, explicitTag, integer, oid, sequence, setOf } from "@/lib/pki/der";
import { subjectAltNameExtension } from "@/lib/pki/extensions";
import { encodeName } from "@/lib/pki/names";
import { toPem } from "@/lib/pki/pem";

/** A PKCS#10 request in PEM with a new P-256 key for this name. */
export function makeRequest(name: string): string {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const extensionRequest = sequence(
    oid("1.2.840.113549.1.9.14"),
    setOf(sequence(subjectAltNameExtension([{ type: "dns", value: name }], false))),
  );
  const info = sequence(
    integer(0),
    encodeName([{ type: "CN", value: name }]),
    publicKey.export({ type: "spki", format: "der" }),
    explicitTag(0, extensionRequest),
  );
  return toPem(
    "CERTIFICATE REQUEST",
    sequence(
      info,
      encodeSignatureAlgorithm("ecdsa-sha256"),
      bitString(sign("sha256", info, privateKey)),
    ),
  );
}

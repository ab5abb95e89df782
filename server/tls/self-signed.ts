import { dayMs } from "@/lib/format/time-units";
import { encodeSignatureAlgorithm } from "@/lib/pki/algorithms";
import {
  extendedKeyUsageExtension,
  keyUsageExtension,
  subjectAltNameExtension,
} from "@/lib/pki/extensions";
import { encodeName } from "@/lib/pki/names";
import { makeSerial } from "@/lib/pki/serial";
import { assembleSigned } from "@/lib/pki/sign";
import { encodeTbs } from "@/lib/pki/tbs";
import type { GeneralName } from "@/lib/pki/types";
import type { EphemeralKey } from "./ephemeral-key";
import type { ServerNames } from "@/lib/net/server-names";

/**
 * The TLS certificate that is used until there is a CA to issue one: self-signed, valid for 30
 * days. Returns DER.
 */
export async function makeSelfSigned(
  key: EphemeralKey,
  names: ServerNames,
  now: Date,
  randomBytes: (n: number) => Uint8Array,
): Promise<Uint8Array> {
  const name = encodeName([
    { type: "O", value: "Chancery" },
    { type: "CN", value: "Chancery before setup" },
  ]);
  const sans: GeneralName[] = [
    ...names.dns.map((value) => ({ type: "dns" as const, value })),
    ...names.ips.map((value) => ({ type: "ip" as const, value })),
  ];
  const tbs = encodeTbs({
    serial: makeSerial(randomBytes),
    algorithmDer: encodeSignatureAlgorithm("ecdsa-sha256"),
    issuerDer: name,
    subjectDer: name,
    notBefore: new Date(now.getTime() - 300_000),
    notAfter: new Date(now.getTime() + 30 * dayMs),
    spkiDer: key.spkiDer,
    extensions: [
      keyUsageExtension(["digitalSignature"]),
      extendedKeyUsageExtension(["serverAuth"]),
      subjectAltNameExtension(sans, false),
    ],
  });
  return assembleSigned(tbs, "ecdsa-sha256", await key.sign(tbs));
}

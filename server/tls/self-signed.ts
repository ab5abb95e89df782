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
import type { OwnKey } from "@/server/tls/own-key";
import type { OwnNames } from "@/server/tls/own-names";

const day = 86_400_000;

/** The certificate of the first minutes, until there is an authority to ask: signed by its own key, for 30 days. Returns DER. */
export async function makeSelfSigned(
  key: OwnKey,
  names: OwnNames,
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
    notAfter: new Date(now.getTime() + 30 * day),
    spkiDer: key.spkiDer,
    extensions: [
      keyUsageExtension(["digitalSignature"]),
      extendedKeyUsageExtension(["serverAuth"]),
      subjectAltNameExtension(sans, false),
    ],
  });
  return assembleSigned(tbs, "ecdsa-sha256", await key.sign(tbs));
}

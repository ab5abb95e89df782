import { randomBytes } from "node:crypto";
import { encodeSignatureAlgorithm } from "@/lib/pki/algorithms";
import {
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  extendedKeyUsageExtension,
  keyUsageExtension,
  ocspNoCheckExtension,
  subjectAltNameExtension,
  subjectKeyIdentifierExtension,
} from "@/lib/pki/extensions";
import { issuerFactsOf } from "@/lib/pki/issuer";
import { subjectKeyIdentifier } from "@/lib/pki/keys";
import { encodeName } from "@/lib/pki/names";
import { makeSerial } from "@/lib/pki/serial";
import { assembleSigned } from "@/lib/pki/sign";
import { encodeTbs } from "@/lib/pki/tbs";
import type { ExtendedKeyUsage } from "@/lib/pki/types";
import type { Responder, ServedAuthority } from "@/lib/status/types";
import { makeEphemeralKey, type EphemeralKey } from "@/server/tls/ephemeral-key";

const hour = 3_600_000;

export type Leaf = Readonly<{ key: EphemeralKey; serial: Uint8Array; der: Uint8Array }>;
export type ThrowawayAuthority = Readonly<{
  served: ServedAuthority;
  responder: (lifeMs?: number) => Promise<Responder>;
  leaf: (name: string, usage?: readonly ExtendedKeyUsage[]) => Promise<Leaf>;
}>;

type Certify = (
  subjectDer: Uint8Array,
  spkiDer: Uint8Array,
  lifeMs: number,
  extensions: readonly Uint8Array[],
) => Promise<Readonly<{ serial: Uint8Array; der: Uint8Array }>>;

/** Signs certificates with `key` under the name `issuerDer`. */
function makeCertifier(key: EphemeralKey, issuerDer: Uint8Array): Certify {
  const algorithmDer = encodeSignatureAlgorithm("ecdsa-sha256");
  return async (subjectDer, spkiDer, lifeMs, extensions) => {
    const serial = makeSerial((n) => randomBytes(n));
    const now = Date.now();
    const tbs = encodeTbs({
      serial,
      algorithmDer,
      issuerDer,
      subjectDer,
      spkiDer,
      notBefore: new Date(now - hour),
      notAfter: new Date(now + lifeMs),
      extensions,
    });
    return { serial, der: assembleSigned(tbs, "ecdsa-sha256", await key.sign(tbs)) };
  };
}

/** An authority in memory for tests of the status services, without database or signer. */
export async function makeThrowawayAuthority(slug: string): Promise<ThrowawayAuthority> {
  const key = await makeEphemeralKey();
  const subject = encodeName([
    { type: "O", value: "Example" },
    { type: "CN", value: `Example ${slug}` },
  ]);
  const ski = subjectKeyIdentifier(key.spkiDer);
  const certify = makeCertifier(key, subject);
  const { der } = await certify(subject, key.spkiDer, 1000 * hour, [
    basicConstraintsExtension(true, null),
    keyUsageExtension(["keyCertSign", "cRLSign"]),
    subjectKeyIdentifierExtension(ski),
  ]);
  const served: ServedAuthority = {
    id: `ca_${slug}`,
    slug,
    parentId: null,
    kind: "root",
    status: "active",
    certificateDer: der,
    issuer: issuerFactsOf(der),
  };
  const responder = async (lifeMs = 24 * hour): Promise<Responder> => {
    const own = await makeEphemeralKey();
    const { der: certificateDer } = await certify(
      encodeName([{ type: "CN", value: `OCSP ${slug}` }]),
      own.spkiDer,
      lifeMs,
      [
        keyUsageExtension(["digitalSignature"]),
        extendedKeyUsageExtension(["ocspSigning"]),
        authorityKeyIdentifierExtension(ski),
        ocspNoCheckExtension(),
      ],
    );
    return {
      spkiDer: own.spkiDer,
      certificateDer,
      notBefore: new Date(Math.floor((Date.now() - hour) / 1000) * 1000),
      notAfter: new Date(Math.floor((Date.now() + lifeMs) / 1000) * 1000),
      sign: own.sign,
    };
  };
  const leaf = async (
    name: string,
    usage: readonly ExtendedKeyUsage[] = ["serverAuth"],
  ): Promise<Leaf> => {
    const own = await makeEphemeralKey();
    const made = await certify(encodeName([{ type: "CN", value: name }]), own.spkiDer, 24 * hour, [
      keyUsageExtension(["digitalSignature"]),
      extendedKeyUsageExtension(usage),
      authorityKeyIdentifierExtension(ski),
      subjectAltNameExtension([{ type: "dns", value: name }], false),
    ]);
    return { key: own, ...made };
  };
  return { served, responder, leaf };
}

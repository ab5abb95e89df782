import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { dayMs } from "@/lib/format/time-units";
import type { TimestampResult } from "@/lib/log/anchor/timestamp-client";
import type { TimestampTrust } from "@/lib/log/live/check-anchors";
import { encodeSignatureAlgorithm } from "@/lib/pki/algorithms";
import {
  contextTag,
  explicitTag,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
} from "@/lib/pki/der";
import { generalizedTime, wholeSeconds } from "@/lib/pki/der-time";
import {
  basicConstraintsExtension,
  encodeExtension,
  keyUsageExtension,
} from "@/lib/pki/extensions";
import { encodeName } from "@/lib/pki/names";
import { extendedKeyUsageOids, extensionOids, otherOids } from "@/lib/pki/oids";
import { makeSerial } from "@/lib/pki/serial";
import { assembleSigned } from "@/lib/pki/sign";
import { encodeTbs } from "@/lib/pki/tbs";
import { verifyTimestamp } from "@/lib/pki/timestamp";
import type { Clock, Random } from "@/lib/runtime/clock";

/** A time-stamping authority in this process, which the verification of the copies trusts. */
export type DrillTimestamps = Readonly<{
  trust: TimestampTrust;
  /** A time stamp over these bytes. */
  stamp: (data: Uint8Array) => Promise<TimestampResult>;
}>;

const signature = "ecdsa-sha256";
const types = {
  signedData: "1.2.840.113549.1.7.2",
  info: "1.2.840.113549.1.9.16.1.4",
  contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4",
  signingCertificate: "1.2.840.113549.1.9.16.2.47",
  /** For what is done in private: no authority outside of this process has it. */
  policy: "2.25.1",
} as const;
const sha256 = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHash("sha256").update(bytes).digest());
const sha256Algorithm = (): Uint8Array => sequence(oid(otherOids.sha256), nullValue());

/** A key, and a signature over bytes with it. */
function makeKey() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    spkiDer: new Uint8Array(publicKey.export({ format: "der", type: "spki" })),
    sign: (bytes: Uint8Array) => new Uint8Array(sign("sha256", bytes, privateKey)),
  };
}

/** Makes the authority: a root, and a certificate for time stamping alone. */
export function makeDrillTimestamps({
  random,
  clock,
}: Readonly<{ random: Random; clock: Clock }>): DrillTimestamps {
  const now = clock.now();
  const [rootKey, key] = [makeKey(), makeKey()];
  const nameOf = (text: string) => encodeName([{ type: "CN", value: text }]);
  const [rootName, name] = [nameOf("Drill time root"), nameOf("Drill time")];
  const certify = (
    parts: Readonly<{ subjectDer: Uint8Array; spkiDer: Uint8Array; extensions: Uint8Array[] }>,
  ) => {
    const serial = makeSerial(random.bytes);
    const tbs = encodeTbs({
      ...parts,
      serial,
      algorithmDer: encodeSignatureAlgorithm(signature),
      issuerDer: rootName,
      notBefore: new Date(now.getTime() - dayMs),
      notAfter: new Date(now.getTime() + dayMs),
    });
    return { serial, der: assembleSigned(tbs, signature, rootKey.sign(tbs)) };
  };
  const root = certify({
    subjectDer: rootName,
    spkiDer: rootKey.spkiDer,
    extensions: [
      basicConstraintsExtension(true, null),
      keyUsageExtension(["keyCertSign", "cRLSign"]),
    ],
  });
  const purpose = sequence(oid(extendedKeyUsageOids.timeStamping));
  const certificate = certify({
    subjectDer: name,
    spkiDer: key.spkiDer,
    extensions: [
      keyUsageExtension(["digitalSignature"]),
      encodeExtension(extensionOids.extKeyUsage, true, purpose),
    ],
  });
  const trust = { authority: "time.drill.invalid", roots: [root.der] };
  return {
    trust,
    stamp: async (data) => {
      const digest = sha256(data);
      const info = encodeInfo(digest, makeSerial(random.bytes), wholeSeconds(clock.now()));
      const token = encodeToken(info, {
        certificateDer: certificate.der,
        signerDer: sequence(rootName, integer(certificate.serial)),
        sign: key.sign,
      });
      const stamp = await verifyTimestamp(token, { digest, nonce: null, roots: trust.roots });
      return { token, stamp };
    },
  };
}

/** TSTInfo (RFC 3161 §2.4.2). */
const encodeInfo = (digest: Uint8Array, serial: Uint8Array, at: Date): Uint8Array =>
  sequence(
    integer(1),
    oid(types.policy),
    sequence(sha256Algorithm(), octetString(digest)),
    integer(serial),
    generalizedTime(at),
  );

type TokenSigner = Readonly<{
  certificateDer: Uint8Array;
  /** IssuerAndSerialNumber. */
  signerDer: Uint8Array;
  sign: (bytes: Uint8Array) => Uint8Array;
}>;

/** A CMS SignedData with one signer, who names its certificate (RFC 5652 §5, RFC 5816). */
function encodeToken(
  info: Uint8Array,
  { certificateDer, signerDer, sign: signBytes }: TokenSigner,
): Uint8Array {
  const attributes = setOf(
    sequence(oid(types.contentType), setOf(oid(types.info))),
    sequence(oid(types.messageDigest), setOf(octetString(sha256(info)))),
    sequence(
      oid(types.signingCertificate),
      setOf(sequence(sequence(sequence(octetString(sha256(certificateDer)))))),
    ),
  );
  const tagged = Uint8Array.from(attributes);
  tagged[0] = 0xa0;
  const signer = sequence(
    integer(1),
    signerDer,
    sha256Algorithm(),
    tagged,
    encodeSignatureAlgorithm(signature),
    octetString(signBytes(attributes)),
  );
  return sequence(
    oid(types.signedData),
    explicitTag(
      0,
      sequence(
        integer(3),
        setOf(sha256Algorithm()),
        sequence(oid(types.info), explicitTag(0, octetString(info))),
        contextTag(0, certificateDer, true),
        setOf(signer),
      ),
    ),
  );
}

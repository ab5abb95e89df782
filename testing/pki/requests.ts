import {
  contextTag,
  explicitTag,
  integer,
  oid,
  sequence,
  setOf,
  tags,
  tlv,
  bitString,
} from "@/lib/pki/der";
import { encodeSignatureAlgorithm } from "@/lib/pki/algorithms";
import { encodeExtension } from "@/lib/pki/extensions";
import { encodeGeneralName } from "@/lib/pki/general-names";
import { encodeName } from "@/lib/pki/names";
import { extensionOids, otherOids } from "@/lib/pki/oids";
import type { DistinguishedName, GeneralName } from "@/lib/pki/types";
import type { TestKey } from "./authorities";

export type RequestContent = Readonly<{
  subjectDer?: Uint8Array;
  subject?: DistinguishedName;
  sans?: readonly GeneralName[];
  /** Whole Extension elements next to the subjectAltName. */
  extensions?: readonly Uint8Array[];
  /**
   * The content of [0], instead of what is made from sans and extensions; null leaves the field
   * out.
   */
  attributes?: Uint8Array | null;
  version?: number;
  spkiDer?: Uint8Array;
  algorithmDer?: Uint8Array;
  signature?: Uint8Array;
}>;

/** A PKCS#10 request by this key; every part can be replaced to make a bad one. */
export async function makeRequest(key: TestKey, content: RequestContent = {}): Promise<Uint8Array> {
  const sans = content.sans ?? [{ type: "dns", value: "pay.example.com" }];
  const san =
    sans.length === 0
      ? []
      : [
          encodeExtension(
            extensionOids.subjectAltName,
            false,
            sequence(...sans.map(encodeGeneralName)),
          ),
        ];
  const extensions = [...san, ...(content.extensions ?? [])];
  const attribute =
    extensions.length === 0
      ? new Uint8Array(0)
      : sequence(oid(otherOids.extensionRequest), setOf(sequence(...extensions)));
  const attributes = content.attributes === undefined ? attribute : content.attributes;
  const info = sequence(
    integer(content.version ?? 0),
    content.subjectDer ?? encodeName(content.subject ?? [{ type: "CN", value: "pay.example.com" }]),
    content.spkiDer ?? key.spkiDer,
    ...(attributes === null ? [] : [explicitTag(0, attributes)]),
  );
  const signature = content.signature ?? (await key.signer.sign(info));
  return sequence(
    info,
    content.algorithmDer ?? encodeSignatureAlgorithm(key.signer.signatureAlgorithm),
    bitString(signature),
  );
}

const sha1 = sequence(oid(otherOids.sha1), Uint8Array.of(5, 0));

export type CertIdContent = Readonly<{
  serial: Uint8Array;
  nameHash?: Uint8Array;
  keyHash?: Uint8Array;
  algorithm?: Uint8Array;
}>;

export function makeCertId({
  serial,
  nameHash = new Uint8Array(20),
  keyHash = new Uint8Array(20),
  algorithm = sha1,
}: CertIdContent): Uint8Array {
  return sequence(
    algorithm,
    tlv(tags.octetString, nameHash),
    tlv(tags.octetString, keyHash),
    integer(serial),
  );
}

/** An OCSP request for these CertIDs, with the raw nonce extension values given. */
export function makeOcspRequest(
  certIds: readonly Uint8Array[],
  nonces: readonly Uint8Array[] = [],
  critical = false,
): Uint8Array {
  const list = sequence(...certIds.map((certId) => sequence(certId)));
  const extensions = nonces.map((value) =>
    encodeExtension(extensionOids.ocspNonce, critical, value),
  );
  return sequence(
    sequence(
      list,
      ...(extensions.length === 0 ? [] : [contextTag(2, sequence(...extensions), true)]),
    ),
  );
}

import "reflect-metadata";
import { AsnConvert } from "@peculiar/asn1-schema";
import { Extensions } from "@peculiar/asn1-x509";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { tags } from "@/lib/pki/der";
import { enter, leave, peek, readDer, take, takeOid } from "@/lib/pki/der-reader";

// The only module that imports the certificate libraries. reflect-metadata has to be loaded before any of them.

export type RequestedExtension = Readonly<{ oid: string; critical: boolean; value: Uint8Array }>;

/** The `Extensions` in the shape that nearly every request has, in strict DER; null for anything else, which the library then judges. */
function readPlainExtensions(der: Uint8Array): RequestedExtension[] | null {
  const found: RequestedExtension[] = [];
  try {
    const reader = readDer(der), end = enter(reader, tags.sequence, "the extensions");
    while (reader.position < end) {
      const itemEnd = enter(reader, tags.sequence, "an extension");
      const oid = takeOid(reader, "the type of an extension");
      const critical = peek(reader, itemEnd) === tags.boolean && take(reader, tags.boolean, "critical")[0] !== 0;
      const value = Uint8Array.from(take(reader, tags.octetString, "the value of an extension"));
      leave(reader, itemEnd, "an extension");
      found.push({ oid, critical, value });
    }
    leave(reader, end, "the extensions");
    return end === der.length && found.length > 0 ? found : null;
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}

/** Reads the `Extensions` that a foreign request asks for. Throws AppError `der.malformed`. */
export function readForeignExtensions(der: Uint8Array): RequestedExtension[] {
  const plain = readPlainExtensions(der);
  if (plain !== null) return plain;
  try {
    const parsed = AsnConvert.parse(der, Extensions);
    return Array.from(parsed, (extension) => ({ oid: extension.extnID, critical: extension.critical, value: new Uint8Array(extension.extnValue.buffer) }));
  } catch (cause) {
    throw new AppError("der.malformed", "The DER is malformed: the extensions cannot be read.", { cause });
  }
}

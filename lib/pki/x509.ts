import "reflect-metadata";
import { AsnConvert } from "@peculiar/asn1-schema";
import { Extensions } from "@peculiar/asn1-x509";
import { AppError } from "@/lib/errors/app-error";

// The only module that imports the certificate libraries. reflect-metadata has to be loaded before any of them.

export type RequestedExtension = Readonly<{ oid: string; critical: boolean; value: Uint8Array }>;

/** Reads the `Extensions` that a foreign request asks for. Throws AppError `der.malformed`. */
export function readForeignExtensions(der: Uint8Array): RequestedExtension[] {
  try {
    const parsed = AsnConvert.parse(der, Extensions);
    return Array.from(parsed, (extension) => ({ oid: extension.extnID, critical: extension.critical, value: new Uint8Array(extension.extnValue.buffer) }));
  } catch (cause) {
    throw new AppError("der.malformed", "The DER is malformed: the extensions cannot be read.", { cause });
  }
}

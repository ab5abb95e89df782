import { octetString, oid, sequence, setOf, tlv, utf8String } from "@/lib/pki/der";
import { encodeExtension, statusExtensions } from "@/lib/pki/extensions";
import { encodeName } from "@/lib/pki/names";
import { attributeOids, extensionOids } from "@/lib/pki/oids";
import { permittedExample, type Change, type FixtureKind } from "./lint-parts";
import { urls } from "./authorities";

/**
 * One lint: the smallest change that fails it, and a close variant that passes. `also` names lints
 * that cannot help failing with it.
 */
export type LintCase = Readonly<{
  kind?: FixtureKind;
  fails: Change;
  passes: Change;
  also?: readonly string[];
}>;

export const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
export const text = (value: string): Uint8Array => Buffer.from(value, "latin1");
export const raw = (type: string, critical: Uint8Array | null, value: Uint8Array): Uint8Array =>
  sequence(oid(type), critical ?? new Uint8Array(0), octetString(value));
const san = (...names: readonly Uint8Array[]): Uint8Array =>
  raw(extensionOids.subjectAltName, null, sequence(...names));
export const dnsName = (name: string): Uint8Array => tlv(0x82, text(name));
export const withName = (...names: readonly Uint8Array[]): Change => ({
  extensions: { san: san(dnsName("pay.example.com"), ...names) },
});
export const attribute = (type: string, value: Uint8Array): Uint8Array =>
  sequence(oid(attributeOids[type]!), value);
export const subject = (...attributes: readonly Uint8Array[]): Change => ({
  subject: sequence(
    setOf(attribute("CN", utf8String("pay.example.com"))),
    ...attributes.map((one) => setOf(one)),
  ),
});
export const constraints = (critical: boolean): Uint8Array =>
  encodeExtension(extensionOids.nameConstraints, critical, permittedExample);
export const [ocspAccess] = statusExtensions({ crl: null, ocsp: urls.ocsp, caIssuers: null });
export const emptySubject = encodeName([]);

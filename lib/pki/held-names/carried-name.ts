import { isAppError } from "@/lib/errors/app-error";
import type { DistinguishedName, GeneralName } from "@/lib/pki/types";
import { covers } from "./covers";
import { asciiHost } from "./dns-name";
import {
  canonicalName,
  type CertificateName,
  type HeldName,
  type NameForm,
  type NameType,
} from "./held-name";

/** `legacy`: a name of a certificate from before names were bound, in no canonical form. */
export type StoredNameType = NameType | "legacy";

/** A name of a stored certificate; `legacy` if it is in no canonical form. */
export type CarriedName = Readonly<{ type: StoredNameType; value: string }>;

/** A name or pattern that an identity holds, as its row has it. */
export type HeldNameRow = Readonly<{ type: StoredNameType; form: NameForm; value: string }>;

/** A name as a certificate has it: in canonical form, or `legacy` if it has none. */
export function readCarriedName(type: NameType, text: string): CarriedName {
  try {
    return canonicalName(type, text);
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { type: "legacy", value: `${type}:${text}` };
  }
}

/** Whether a row gives its identity this name. Only a row that is `held` gives a right. */
export const rowCovers = (row: HeldNameRow, name: CarriedName): boolean =>
  row.type === "legacy" || name.type === "legacy"
    ? row.type === name.type && row.value === name.value
    : covers(row as HeldName, name as CertificateName);

/** A name as the bytes of a certificate have it, and where. */
export type ListedName = Readonly<{
  type: NameType;
  value: string;
  from: "san" | "subject";
  path: string;
}>;

/**
 * Every name by which a verifier may recognize the holder of a certificate: each subjectAltName,
 * and a common name that repeats none.
 */
export function listNames(
  certificate: Readonly<{ sans: readonly GeneralName[]; subject: DistinguishedName }>,
): ListedName[] {
  const { sans } = certificate;
  const repeats = (value: string): boolean => {
    const spellings = [value.toLowerCase(), asciiHost(value)];
    return sans.some((san) => spellings.includes(san.value.toLowerCase()));
  };
  const subject = certificate.subject
    .filter(({ type, value }) => type === "CN" && !repeats(value))
    .map(({ value }) => ({ type: "cn", value, from: "subject", path: "subject" }) as const);
  return [
    ...sans.map(({ type, value }, at) => ({
      type,
      value,
      from: "san" as const,
      path: `sans.${at}`,
    })),
    ...subject,
  ];
}

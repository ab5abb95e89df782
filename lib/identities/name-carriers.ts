import {
  readCarriedName,
  rowCovers,
  type CarriedName,
  type HeldNameRow,
} from "@/lib/pki/held-names/carried-name";
import type { NameType } from "@/lib/pki/held-names/held-name";
import { trustDomainOfCa, wholeTrustDomain } from "@/lib/pki/trust-domain";
import type { GeneralName } from "@/lib/pki/types";
import type { Carrier } from "./types";

/** What a certificate's names are read from. */
type StoredNames = Pick<Carrier, "sans" | "commonName" | "serial">;

/**
 * The names of a stored certificate: each subjectAltName and, unless it repeats one of them, the
 * common name.
 */
export function namesOfCertificate({
  sans,
  commonName,
}: Pick<Carrier, "sans" | "commonName">): CarriedName[] {
  const names = sans.map((san) => {
    const at = san.indexOf(":");
    return readCarriedName(san.slice(0, at) as NameType, san.slice(at + 1));
  });
  const repeats = sans.some(
    (san) => san.slice(san.indexOf(":") + 1).toLowerCase() === commonName.toLowerCase(),
  );
  return repeats ? names : [...names, readCarriedName("cn", commonName)];
}

/** What the CA of a client can issue for, as `spiffe://example.com/*`; null for any other. */
function wholeTrustDomainOf({ sans, commonName, serial }: StoredNames): CarriedName | null {
  const names = namesOfCertificate({ sans, commonName });
  const trustDomain = trustDomainOfCa({
    sans: names.filter((name): name is GeneralName => name.type !== "cn" && name.type !== "legacy"),
    commonNames: [commonName],
    serial,
  });
  return trustDomain === null ? null : wholeTrustDomain(trustDomain);
}

/** What an identity has to hold for a certificate: its names; of a client's CA, the trust domain. */
export function namesNeeded(certificate: StoredNames): CarriedName[] {
  const whole = wholeTrustDomainOf(certificate);
  return whole === null ? namesOfCertificate(certificate) : [whole];
}

/** What others can't hold while the certificate may be used: its names, and a client's CA's domain. */
export function namesBlocked(certificate: StoredNames): CarriedName[] {
  const whole = wholeTrustDomainOf(certificate);
  return [...namesOfCertificate(certificate), ...(whole === null ? [] : [whole])];
}

/** Whether the row is the name itself, or the pattern that `namesBlocked` names. */
export const isRowOf = ({ type, form, value }: HeldNameRow, name: CarriedName): boolean =>
  type === name.type && (value === name.value || (form === "prefix" && `${value}*` === name.value));

/** The certificates that carry a name which the row covers, or are the CA of a client for it. */
export const carriersOf = (row: HeldNameRow, carriers: readonly Carrier[]): Carrier[] =>
  carriers.filter((carrier) => namesBlocked(carrier).some((name) => rowCovers(row, name)));

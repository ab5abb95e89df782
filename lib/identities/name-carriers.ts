import {
  readCarriedName,
  rowCovers,
  type CarriedName,
  type HeldNameRow,
} from "@/lib/pki/held-names/carried-name";
import type { NameType } from "@/lib/pki/held-names/held-name";
import type { Carrier } from "./types";

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

/** The certificates that carry a name which the row covers. */
export const carriersOf = (row: HeldNameRow, carriers: readonly Carrier[]): Carrier[] =>
  carriers.filter((carrier) => namesOfCertificate(carrier).some((name) => rowCovers(row, name)));

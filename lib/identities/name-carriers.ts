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

/**
 * What an identity has to hold for a certificate: its names, and for the CA of a client the whole of
 * its trust domain, as `spiffe://example.com/*`.
 */
export function namesBehind(carrier: Carrier): CarriedName[] {
  const names = namesOfCertificate(carrier);
  if (!carrier.isClientCa) return names;
  const whole = names.filter(({ type }) => type === "uri");
  return [...names, ...whole.map(({ value }) => ({ type: "uri", value: `${value}/*` }) as const)];
}

/** Whether the row is the name itself, or the pattern that `namesBehind` names. */
export const isRowOf = ({ type, form, value }: HeldNameRow, name: CarriedName): boolean =>
  type === name.type && (value === name.value || (form === "prefix" && `${value}*` === name.value));

/** The certificates that carry a name which the row covers, or are the CA of a client for it. */
export const carriersOf = (row: HeldNameRow, carriers: readonly Carrier[]): Carrier[] =>
  carriers.filter((carrier) => namesBehind(carrier).some((name) => rowCovers(row, name)));

import { AppError, isAppError } from "@/lib/errors/app-error";
import { canonicalAddress } from "@/lib/net/address";
import { parseCsr } from "@/lib/pki/csr";
import type { GeneralName, ParsedCsr } from "@/lib/pki/types";

/** The names that a client sends beside its CSR. */
export type NamesBesideCsr = Readonly<{ commonName: string; sans: readonly GeneralName[] }>;

const maxShown = 200;

/**
 * Names come from the CSR alone, which the holder of the key signed. What a client sends beside it
 * has to be there too, or it would be dropped without a word. What is no CSR is left to the decision,
 * which records why. Errors: `compat.names-differ`.
 */
export function assertWithinCsr(text: string, { commonName, sans }: NamesBesideCsr): void {
  const csr = readOrNull(text);
  if (csr === null) return;
  const has = new Set(csr.sans.map(comparable));
  const missing = [
    ...(commonName === "" || hasCommonName(csr, commonName)
      ? []
      : [`the common name ${commonName}`]),
    ...sans.filter((san) => !has.has(comparable(san))).map(({ type, value }) => `${type} ${value}`),
  ];
  if (missing.length === 0) return;
  throw new AppError(
    "compat.names-differ",
    `The CSR doesn't have ${missing.join(", ").slice(0, maxShown)}. Names are taken from the CSR alone: create it with them.`,
  );
}

const hasCommonName = ({ subject }: ParsedCsr, commonName: string): boolean =>
  subject.some(
    ({ type, value }) => type === "CN" && value.toLowerCase() === commonName.toLowerCase(),
  );

function comparable({ type, value }: GeneralName): string {
  if (type === "ip") return `ip ${canonicalAddress(value) ?? value}`;
  return `${type} ${type === "uri" ? value : value.toLowerCase()}`;
}

function readOrNull(text: string): ParsedCsr | null {
  try {
    return parseCsr(text);
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}

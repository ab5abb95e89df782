import { AppError, isAppError } from "@/lib/errors/app-error";
import { parseCsr } from "@/lib/pki/csr";
import { canonicalName } from "@/lib/pki/held-names/held-name";
import { findKeyWeaknesses } from "@/lib/pki/keys";
import type { ParsedCsr } from "@/lib/pki/types";
import { identifierText } from "@/lib/acme/order-names";
import { spkiHashOf } from "@/lib/acme/keys/account-key";
import { malformed } from "@/lib/acme/parse-jws";
import type { AccountKey } from "@/lib/acme/types";

const badCsr = (detail: string): AppError => new AppError("acme.bad-csr", detail);

/**
 * The CSR of a finalize request, for exactly the names of the order: subjectAltNames of every type
 * count, and a common name that reads as a DNS name or an address. A CSR may have no common name,
 * and the extensions that it asks for besides are ignored, because the profile decides them. Errors:
 * `acme.malformed`, `acme.bad-csr`.
 */
export function readOrderCsr(
  payload: Record<string, unknown>,
  identifiers: readonly string[],
  accountKey: AccountKey,
): ParsedCsr {
  const text = payload["csr"];
  if (typeof text !== "string" || !/^[A-Za-z0-9_-]+$/.test(text))
    throw malformed("csr must be a PKCS#10 request in DER, as base64url.");
  const csr = parse(new Uint8Array(Buffer.from(text, "base64url")));
  const [weakness] = [findKeyWeaknesses(csr.key.spkiDer)].flat().filter((one) => one !== null);
  if (weakness) throw badCsr(weakness.message);
  if (isSameKey(csr, accountKey))
    throw badCsr("The CSR has the key of the ACME account. Use another key for the certificate.");
  assertSameNames(csr, identifiers);
  return csr;
}

function parse(der: Uint8Array): ParsedCsr {
  try {
    return parseCsr(der);
  } catch (error) {
    if (isAppError(error)) throw badCsr(error.message);
    throw error;
  }
}

const isSameKey = ({ key }: ParsedCsr, accountKey: AccountKey): boolean =>
  spkiHashOf(accountKey).equals(Buffer.from(key.spkiSha256));

function assertSameNames(csr: ParsedCsr, identifiers: readonly string[]): void {
  const asked = new Set([...csr.sans.map(nameOf), ...commonNames(csr)]);
  const ordered = new Set(identifiers);
  const extra = [...asked].filter((name) => !ordered.has(name));
  const missing = [...ordered].filter((name) => !asked.has(name));
  if (extra.length > 0)
    throw badCsr(`The CSR has names that the order doesn't have: ${list(extra)}.`);
  if (missing.length > 0)
    throw badCsr(`The CSR doesn't have all names of the order: ${list(missing)} missing.`);
}

const list = (names: readonly string[]): string => names.slice(0, 5).join(", ").slice(0, 500);

/** A name of a type that orders can't have keeps its type, so it equals none of the order's. */
function nameOf({ type, value }: ParsedCsr["sans"][number]): string {
  if (type !== "dns" && type !== "ip") return `${type}:${value}`;
  try {
    return identifierText({ type, value: canonicalName(type, value).value });
  } catch (error) {
    if (isAppError(error)) return `${type}:${value}`;
    throw error;
  }
}

/** Clients of old put the name into the common name alone; anything else there is no name. */
function commonNames({ subject }: ParsedCsr): string[] {
  return subject
    .filter(({ type }) => type === "CN")
    .map(({ value }) => {
      for (const type of ["ip", "dns"] as const) {
        try {
          return identifierText({ type, value: canonicalName(type, value.toLowerCase()).value });
        } catch (error) {
          if (!isAppError(error)) throw error;
        }
      }
      return `cn:${value}`;
    });
}

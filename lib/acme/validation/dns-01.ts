import { createHash } from "node:crypto";
import { AppError } from "@/lib/errors/app-error";
import { makeResolver, queryDns } from "./resolver";
import type { Attempt, Validated } from "./types";

const maxRecords = 50;

/**
 * dns-01 (RFC 8555 section 8.4): one TXT record at `_acme-challenge` of the name, or of the base
 * name of a wildcard, is the digest of the key authorization. Errors: `acme.dns`,
 * `acme.incorrect-response`.
 */
export async function validateDns(attempt: Attempt): Promise<Validated> {
  const name = `_acme-challenge.${attempt.identifier.value.replace(/^\*\./, "")}`;
  const resolver = makeResolver(attempt);
  const records = await queryDns(`the TXT records of ${name}`, () => resolver.resolveTxt(name));
  const expected = createHash("sha256").update(attempt.keyAuthorization).digest("base64url");
  if (records.length > maxRecords)
    throw new AppError(
      "acme.incorrect-response",
      `${name} has more than ${maxRecords} TXT records.`,
    );
  if (records.some((chunks) => chunks.join("") === expected)) return { from: name };
  throw new AppError(
    "acme.incorrect-response",
    records.length === 0
      ? `${name} has no TXT record.`
      : `None of the ${records.length} TXT records of ${name} is the expected one.`,
  );
}

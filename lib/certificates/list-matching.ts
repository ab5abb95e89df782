import { plainHex } from "@/lib/format/identifier";
import { parseSerial } from "@/lib/pki/serial";
import type { Deps } from "@/lib/runtime/deps";
import { readMatchingRows, type SearchTerm } from "./certificate-search-repository";
import { findCertificateRows } from "./certificate-repository";
import type { Certificate } from "./get-certificate";
import { certificateQuery, type CertificateQueryInput } from "./schema";

/** A free search term, and its bytes if it may be a serial number or fingerprint. */
export function searchTermOf(text: string | undefined): SearchTerm | null {
  if (!text) return null;
  const hex = plainHex(text);
  const isBytes = hex.length % 2 === 0 && /^[0-9a-f]{16,64}$/.test(hex);
  return { text, hex: isBytes ? Buffer.from(hex, "hex") : null };
}

/**
 * All certificates that a list's filters match, by id, at most `limit` after an id; for other use
 * cases, which authorize by themselves. Errors: `serial.invalid`.
 */
export async function listMatching(
  deps: Pick<Deps, "db" | "clock">,
  filter: Omit<CertificateQueryInput, "cursor" | "limit" | "sort">,
  limit: number,
  afterId: string | null = null,
): Promise<readonly Certificate[]> {
  const query = certificateQuery.parse(filter);
  return readMatchingRows(
    deps.db,
    { query, onlyIdentityId: null, now: deps.clock.now(), after: null },
    {
      term: searchTermOf(query.q),
      serial: query.serial ? parseSerial(query.serial) : null,
      afterId,
      limit,
    },
  );
}

/** The certificates with these ids, by id; for other use cases, which authorize by themselves. */
export const findCertificates = (
  { db }: Pick<Deps, "db">,
  ids: readonly string[],
): Promise<readonly Certificate[]> => findCertificateRows(db, ids);

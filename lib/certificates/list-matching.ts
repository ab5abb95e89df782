import {
  bytesBeginningWith,
  bytesOfDecimal,
  searchWordsMax,
  wordsOf,
} from "@/lib/format/search-terms";
import { parseSerial } from "@/lib/pki/serial";
import type { Deps } from "@/lib/runtime/deps";
import {
  countMatchingRows,
  readMatchingRows,
  type SearchTerm,
} from "./certificate-search-repository";
import { findCertificateRows, findUsableRowsOf } from "./certificate-repository";
import type { Certificate } from "./get-certificate";
import { certificateQuery, type CertificateQueryInput } from "./schema";

export function searchTermOf(text: string | undefined): SearchTerm | null {
  if (!text) return null;
  const words = wordsOf(text);
  return {
    text,
    // More words than a search takes are the digits of a number.
    words: words.length > searchWordsMax ? [] : words,
    bytes: bytesBeginningWith(text),
    serial: bytesOfDecimal(text),
  };
}

type Filter = Omit<CertificateQueryInput, "cursor" | "limit" | "sort">;

/**
 * All certificates that a list's filters match, by id, at most `limit` after an id; for other use
 * cases, which authorize by themselves. Errors: `serial.invalid`.
 */
export const listMatching = (
  deps: Pick<Deps, "db" | "clock">,
  filter: Filter,
  limit: number,
  afterId: string | null = null,
): Promise<readonly Certificate[]> => {
  const { search, ...matching } = searchOf(deps, filter);
  return readMatchingRows(deps.db, search, { ...matching, afterId, limit });
};

/** How many there are, exactly. */
export const countMatching = (
  deps: Pick<Deps, "db" | "clock">,
  filter: Filter,
): Promise<number> => {
  const { search, ...matching } = searchOf(deps, filter);
  return countMatchingRows(deps.db, search, matching);
};

function searchOf({ clock }: Pick<Deps, "clock">, filter: Filter) {
  const query = certificateQuery.parse(filter);
  return {
    search: { query, onlyIdentityId: null, now: clock.now(), after: null, backward: false },
    term: searchTermOf(query.q),
    serial: query.serial ? parseSerial(query.serial) : null,
  };
}

/** The certificates with these ids, by id; for other use cases, which authorize by themselves. */
export const findCertificates = (
  { db }: Pick<Deps, "db">,
  ids: readonly string[],
): Promise<readonly Certificate[]> => findCertificateRows(db, ids);

/**
 * The certificates of these identities that could still be used: neither revoked nor expired; by
 * id, at most `limit`. For other use cases, which authorize by themselves.
 */
export const findUsableCertificates = (
  { db, clock }: Pick<Deps, "db" | "clock">,
  identityIds: readonly string[],
  limit: number,
): Promise<readonly Certificate[]> => findUsableRowsOf(db, identityIds, clock.now(), limit);

import { sha256 } from "@/lib/format/hash";
import { latin1 } from "@/lib/pki/latin1";
import { ocspError } from "@/lib/pki/ocsp";
import type { StatusRecord } from "./status-cache";

export type OcspFailure = "malformedRequest" | "internalError" | "tryLater" | "unauthorized";
export type OcspKind = CertificateKind | OcspFailure;
type CertificateKind = "good" | "revoked" | "unknown";

/** An OCSPResponse. Its bytes are a latin1 string, which Node sends in one write with the head. */
export type OcspAnswer = Readonly<{
  kind: OcspKind;
  text: string;
  /** Milliseconds since 1970; 0 for an error response, which has no times. */
  thisUpdate: number;
  nextUpdate: number;
  /** Null for an error or a response with the client's nonce: it must not be cached. */
  etag: string | null;
  records: readonly StatusRecord[];
}>;

function errorAnswer(kind: OcspFailure): OcspAnswer {
  return {
    kind,
    text: latin1(ocspError(kind)),
    thisUpdate: 0,
    nextUpdate: 0,
    etag: null,
    records: [],
  };
}

/** The error responses, five octets each (RFC 6960 §4.2.1). */
export const ocspErrors: Readonly<Record<OcspFailure, OcspAnswer>> = {
  malformedRequest: errorAnswer("malformedRequest"),
  internalError: errorAnswer("internalError"),
  tryLater: errorAnswer("tryLater"),
  unauthorized: errorAnswer("unauthorized"),
};

/** A signed response. `isReusable` is false if it contains a nonce. */
export function signedAnswer(
  der: Uint8Array,
  records: readonly StatusRecord[],
  times: Readonly<{ thisUpdate: number; nextUpdate: number }>,
  isReusable: boolean,
): OcspAnswer {
  const states = records.map((record) => record.status.state);
  const kind = states.find((state) => state !== "good") ?? "good";
  const etag = isReusable ? `"${sha256(der).toString("base64url")}"` : null;
  return { kind, text: latin1(der), ...times, etag, records };
}

/**
 * Signed responses without a nonce, by the bytes of their CertID. They are served until half of
 * their validity is over, the status changes, or the clock goes back before they were made.
 */
export type AnswerCache = Readonly<{
  find: (key: string, now: number) => OcspAnswer | null;
  keep: (key: string, answer: OcspAnswer) => void;
}>;

/** Caches up to `capacity` responses, first in, first out. */
export function makeAnswerCache(capacity: number): AnswerCache {
  const answers = new Map<string, OcspAnswer>();
  const find = (key: string, now: number): OcspAnswer | null => {
    const answer = answers.get(key);
    if (answer === undefined) return null;
    const isCurrent = answer.thisUpdate <= now && now < (answer.thisUpdate + answer.nextUpdate) / 2;
    if (!answer.records[0]!.stale && isCurrent) return answer;
    answers.delete(key);
    return null;
  };
  const keep = (key: string, answer: OcspAnswer): void => {
    if (answers.size >= capacity) answers.delete(answers.keys().next().value!);
    answers.set(key, answer);
  };
  return { find, keep };
}

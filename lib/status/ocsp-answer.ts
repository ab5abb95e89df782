import { createHash } from "node:crypto";
import { ocspError } from "@/lib/pki/ocsp";
import { latin1Of } from "@/lib/status/latin1";
import type { StatusRecord } from "@/lib/status/status-cache";

export type OcspFailure = "malformedRequest" | "internalError" | "tryLater" | "unauthorized";
export type OcspKind = CertificateKind | OcspFailure;
type CertificateKind = "good" | "revoked" | "unknown";

/** A whole OCSPResponse. The bytes are kept as a latin1 string, which Node sends together with the head in one write. */
export type OcspAnswer = Readonly<{
  kind: OcspKind;
  text: string;
  /** Milliseconds; 0 for an error, which says nothing about any certificate. */
  thisUpdate: number;
  nextUpdate: number;
  /** Null where the answer holds the client's nonce or is an error: nobody may keep it. */
  etag: string | null;
  records: readonly StatusRecord[];
}>;

function errorAnswer(kind: OcspFailure): OcspAnswer {
  return {
    kind,
    text: latin1Of(ocspError(kind)),
    thisUpdate: 0,
    nextUpdate: 0,
    etag: null,
    records: [],
  };
}

/** The five octets of each error response (RFC 6960 §4.2.1). */
export const failures: Readonly<Record<OcspFailure, OcspAnswer>> = {
  malformedRequest: errorAnswer("malformedRequest"),
  internalError: errorAnswer("internalError"),
  tryLater: errorAnswer("tryLater"),
  unauthorized: errorAnswer("unauthorized"),
};

/** A signed answer. `reusable` is false if it carries a nonce. */
export function signedAnswer(
  der: Uint8Array,
  records: readonly StatusRecord[],
  times: Readonly<{ thisUpdate: number; nextUpdate: number }>,
  reusable: boolean,
): OcspAnswer {
  const states = records.map((record) => record.status.state);
  const kind = states.find((state) => state !== "good") ?? "good";
  const etag = reusable ? `"${createHash("sha256").update(der).digest("base64url")}"` : null;
  return { kind, text: latin1Of(der), ...times, etag, records };
}

/** Signed answers without a nonce, by the bytes of their CertID: handed out until half their life is over or their status changed. */
export type AnswerCache = Readonly<{
  find: (key: string, now: number) => OcspAnswer | null;
  keep: (key: string, answer: OcspAnswer) => void;
}>;

/** Keeps up to `capacity` answers, first in, first out. */
export function makeAnswerCache(capacity: number): AnswerCache {
  const answers = new Map<string, OcspAnswer>();
  const find = (key: string, now: number): OcspAnswer | null => {
    const answer = answers.get(key);
    if (answer === undefined) return null;
    if (!answer.records[0]!.stale && now < (answer.thisUpdate + answer.nextUpdate) / 2)
      return answer;
    answers.delete(key);
    return null;
  };
  const keep = (key: string, answer: OcspAnswer): void => {
    if (answers.size >= capacity) answers.delete(answers.keys().next().value!);
    answers.set(key, answer);
  };
  return { find, keep };
}

import { assembleOcspResponse, buildOcspTbs, parseOcspRequest } from "@/lib/pki/ocsp";
import type { OcspCertId, OcspRequest } from "@/lib/pki/ocsp";
import type { AuthorityIndex } from "@/lib/status/authority-index";
import { latin1Of } from "@/lib/status/latin1";
import { failures, makeAnswerCache, signedAnswer } from "@/lib/status/ocsp-answer";
import type { OcspAnswer } from "@/lib/status/ocsp-answer";
import type { StatusCache, StatusRecord } from "@/lib/status/status-cache";
import type { Responder, ServedAuthority } from "@/lib/status/types";

/** How long an answer may be relied on. Chancery's own answers are never older than half of it. */
export const answerLifeMs = 3_600_000;

export type OcspParts = Readonly<{
  index: () => AuthorityIndex;
  responderOf: (authorityId: string) => Responder | null;
  statuses: StatusCache;
  /** Milliseconds since 1970. */
  now: () => number;
  onError: (error: unknown) => void;
}>;
export type AnswerOcsp = (request: Uint8Array) => OcspAnswer | Promise<OcspAnswer>;

/**
 * Answers DER requests (RFC 6960). Never throws or rejects: what cannot be answered becomes an OCSP error. Good is said of a serial
 * alone that this authority issued; a serial that it does not know is `unknown`, an issuer that is not ours `unauthorized`.
 */
export function makeAnswerOcsp(parts: OcspParts): AnswerOcsp {
  const cache = makeAnswerCache(50_000);
  const underway = new Map<string, Promise<OcspAnswer>>();

  const reusable = (key: string, request: OcspRequest): Promise<OcspAnswer> => {
    // Many ask for the same answer at the moment when it runs out: one signature serves them all.
    const running = underway.get(key);
    if (running !== undefined) return running;
    const made = answerAnew(parts, request)
      .then((answer) => {
        if (parts.statuses.trusted() && answer.records.length === 1 && !answer.records[0]!.stale)
          cache.keep(key, answer);
        return answer;
      })
      .finally(() => underway.delete(key));
    underway.set(key, made);
    return made;
  };

  return (der) => {
    let request: OcspRequest;
    try {
      request = parseOcspRequest(der);
    } catch {
      return failures.malformedRequest;
    }
    if (request.nonce !== null || request.certIds.length !== 1) return answerAnew(parts, request);
    const key = latin1Of(request.certIds[0]!.raw);
    return (
      (parts.statuses.trusted() ? cache.find(key, parts.now()) : null) ?? reusable(key, request)
    );
  };
}

async function answerAnew(parts: OcspParts, request: OcspRequest): Promise<OcspAnswer> {
  try {
    const authority = firstKnown(parts.index(), request);
    if (authority === null) return failures.unauthorized;
    const responder = parts.responderOf(authority.id);
    if (responder === null || responder.notAfter.getTime() <= parts.now()) return failures.tryLater;
    const records = await readRecords(parts, authority, request.certIds);
    return await sign(parts.now(), responder, request, records);
  } catch (error) {
    parts.onError(error);
    return failures.tryLater;
  }
}

function firstKnown(index: AuthorityIndex, request: OcspRequest): ServedAuthority | null {
  for (const id of request.certIds) {
    const authority = index.byCertId(id);
    if (authority !== null) return authority;
  }
  return null;
}

/** A responder certificate speaks for one issuer: CertIDs of another one in the same request are unknown to it. */
async function readRecords(
  parts: OcspParts,
  authority: ServedAuthority,
  ids: readonly OcspCertId[],
): Promise<StatusRecord[]> {
  const index = parts.index();
  const strange: StatusRecord = { status: { state: "unknown" }, stale: true };
  return Promise.all(
    ids.map(async (id) => {
      const ours = index.byCertId(id) === authority;
      return ours && id.serial.length >= 16 && id.serial.length <= 19
        ? parts.statuses.get(authority.id, id.serial)
        : strange;
    }),
  );
}

async function sign(
  now: number,
  responder: Responder,
  request: OcspRequest,
  records: readonly StatusRecord[],
): Promise<OcspAnswer> {
  const thisUpdate = Math.floor(now / 1000) * 1000;
  const nextUpdate = Math.min(thisUpdate + answerLifeMs, responder.notAfter.getTime());
  const times = { thisUpdate: new Date(thisUpdate), nextUpdate: new Date(nextUpdate) };
  const tbs = buildOcspTbs({
    responderSpki: responder.spkiDer,
    producedAt: times.thisUpdate,
    nonce: request.nonce,
    responses: request.certIds.map((id, at) => ({
      rawCertId: id.raw,
      status: records[at]!.status,
      ...times,
    })),
  });
  const der = assembleOcspResponse(
    tbs,
    "ecdsa-sha256",
    await responder.sign(tbs),
    responder.certificateDer,
  );
  return signedAnswer(der, records, { thisUpdate, nextUpdate }, request.nonce === null);
}

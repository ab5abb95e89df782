import { hourMs } from "@/lib/format/time-units";
import { latin1 } from "@/lib/pki/latin1";
import {
  assembleOcspResponse,
  buildOcspTbs,
  parseOcspRequest,
  type OcspCertId,
  type OcspRequest,
} from "@/lib/pki/ocsp";
import type { AuthorityIndex } from "./authority-index";
import { ocspErrors, makeAnswerCache, signedAnswer, type OcspAnswer } from "./ocsp-answer";
import type { StatusCache, StatusRecord } from "./status-cache";
import type { Responder, ServedAuthority } from "./types";

/** The validity of a response. Chancery serves none that is older than half of it. */
const answerLifeMs = hourMs;

export type OcspResponderDeps = Readonly<{
  index: () => AuthorityIndex;
  responderOf: (authorityId: string) => Responder | null;
  statuses: StatusCache;
  /** Milliseconds since 1970. */
  now: () => number;
  onError: (error: unknown) => void;
}>;
export type AnswerOcsp = (request: Uint8Array) => OcspAnswer | Promise<OcspAnswer>;

/**
 * Makes a function that answers DER requests (RFC 6960). It never throws or rejects: failures become
 * OCSP errors. Only a serial number that the authority issued is good; one that it did not issue is
 * `unknown`, and an unknown issuer gives `unauthorized`.
 */
export function makeAnswerOcsp(deps: OcspResponderDeps): AnswerOcsp {
  const cache = makeAnswerCache(50_000);
  const pending = new Map<string, Promise<OcspAnswer>>();

  const shared = (key: string, request: OcspRequest): Promise<OcspAnswer> => {
    // When a cached response expires, many clients ask at once: they share one signature.
    const existing = pending.get(key);
    if (existing !== undefined) return existing;
    const promise = makeAnswer(deps, request)
      .then((answer) => {
        if (deps.statuses.trusted() && answer.records.length === 1 && !answer.records[0]!.stale)
          cache.keep(key, answer);
        return answer;
      })
      .finally(() => pending.delete(key));
    pending.set(key, promise);
    return promise;
  };

  return (der) => {
    let request: OcspRequest;
    try {
      request = parseOcspRequest(der);
    } catch {
      return ocspErrors.malformedRequest;
    }
    if (request.nonce !== null || request.certIds.length !== 1) return makeAnswer(deps, request);
    const key = latin1(request.certIds[0]!.raw);
    return (deps.statuses.trusted() ? cache.find(key, deps.now()) : null) ?? shared(key, request);
  };
}

async function makeAnswer(deps: OcspResponderDeps, request: OcspRequest): Promise<OcspAnswer> {
  try {
    const authority = findIssuer(deps.index(), request);
    if (authority === null) return ocspErrors.unauthorized;
    const responder = deps.responderOf(authority.id);
    if (responder === null || !isValidResponder(responder, deps.now())) return ocspErrors.tryLater;
    const read = readStatuses(deps, authority, request.certIds);
    const records = read instanceof Promise ? await read : read;
    return await sign(deps.now(), responder, request, records);
  } catch (error) {
    deps.onError(error);
    return ocspErrors.tryLater;
  }
}

/** Answers are dated now, so its certificate has to be valid now, also after a clock went back. */
const isValidResponder = ({ notBefore, notAfter }: Responder, now: number): boolean =>
  notBefore.getTime() <= now && now < notAfter.getTime();

function findIssuer(index: AuthorityIndex, request: OcspRequest): ServedAuthority | null {
  for (const id of request.certIds) {
    const authority = index.byCertId(id);
    if (authority !== null) return authority;
  }
  return null;
}

const isRead = (record: StatusRecord | Promise<StatusRecord>): record is StatusRecord =>
  !(record instanceof Promise);
const unknown: StatusRecord = { status: { state: "unknown" }, stale: true };

/**
 * A responder's certificate is for one issuer: CertIDs of another issuer are unknown to it. Statuses
 * that are all cached take no turn of the event loop.
 */
function readStatuses(
  deps: OcspResponderDeps,
  authority: ServedAuthority,
  ids: readonly OcspCertId[],
): readonly StatusRecord[] | Promise<readonly StatusRecord[]> {
  const index = deps.index();
  const records = ids.map((id) => {
    const isOfAuthority = index.byCertId(id) === authority;
    return isOfAuthority && id.serial.length >= 16 && id.serial.length <= 19
      ? deps.statuses.get(authority.id, id.serial)
      : unknown;
  });
  return records.every(isRead) ? records : Promise.all(records.map(async (record) => record));
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

import { hash } from "node:crypto";
import { type Fields, comparable, millisOf, type ReplayedEntry, secondsOf, textOf } from "./fields";

/**
 * The state of a certificate as the log implies it. Kept small, because there may be millions:
 * values that are only compared are stored as digests.
 */
export type CertificateState = Readonly<{
  state: "planned" | "failed" | "issued" | "held" | "revoked";
  /** The digest of all planned fields. */
  plan: Buffer;
  /** The number of the plan's entry; null while it is in the inbox. */
  planSeq: number | null;
  predecessor: Buffer | null;
  fingerprint: string | null;
  revokedAt: number | null;
  reason: string | null;
  comment: Buffer | null;
  /** Undefined: unknown from the log (the date of a hold is in its row only). */
  invalidityDate: number | null | undefined;
  supersedeAt: number | null;
  /** The digest of the request to replace it. */
  rotation: Buffer | null;
  issuedAt: number | null;
  /** The number of the entry that changed it last; null while that is in the inbox. */
  lastSeq: number | null;
}>;

const digest = (value: string, length = 16): Buffer =>
  hash("sha256", value, "buffer").subarray(0, length);
export const shortDigest = (value: string | null): Buffer | null =>
  value === null || value === "" ? null : digest(value, 8);

/** The planned fields of an entry `certificate.planned`, named as the row's columns. */
export function plannedFields({ id, actor, details }: ReplayedEntry["record"]): Fields {
  return {
    requester: comparable(actor.label),
    authority: comparable(details.issuerId),
    "serial number": comparable(details.serial),
    profile: comparable(details.profileId),
    "profile's version": textOf(details.profileVersion),
    identity: comparable(details.identityId),
    subject: comparable(details.subject),
    "subject alternative name": comparable(
      Array.isArray(details.sans) ? details.sans.join(", ") : null,
    ),
    "start date (seconds)": secondsOf(details.notBefore),
    "expiration (seconds)": secondsOf(details.notAfter),
    key: comparable(details.spkiSha256),
    "planned content": comparable(details.tbsSha256),
    "plan's entry": comparable(id),
    "key made by Chancery": String(details.serverKey !== undefined),
  };
}

const planFieldNames = Object.keys(
  plannedFields({ id: "", actor: {}, details: {} } as unknown as ReplayedEntry["record"]),
);
export const planDigest = (facts: Fields): Buffer =>
  digest(planFieldNames.map((name) => facts[name] ?? "\0").join("\x01"));

type Transition = (
  before: CertificateState,
  record: ReplayedEntry["record"],
) => CertificateState | string;
const parseDate = (value: unknown): number | null =>
  typeof value === "string" ? Number(millisOf(value)) : null;
const commentDigest = (value: unknown): Buffer | null =>
  shortDigest(typeof value === "string" ? comparable(value) : null);

/** Of a request for rotation: until when, since when, by whom and why. Null without one. */
export function rotationDigest(facts: readonly (string | null)[]): Buffer | null {
  return facts.every((fact) => fact === null)
    ? null
    : digest(facts.map((fact) => fact ?? "\0").join("\x01"), 8);
}

/** A transition returns a description of the problem if it is not allowed in this state. */
const transitions: Readonly<Record<string, Transition>> = {
  issued: (before, { ts, details }) =>
    before.state === "planned"
      ? {
          ...before,
          state: "issued",
          fingerprint: comparable(details.fingerprintSha256),
          issuedAt: parseDate(ts),
        }
      : `issues a certificate that is already ${before.state}`,
  failed: (before) =>
    before.state === "planned"
      ? { ...before, state: "failed", predecessor: null }
      : `fails a certificate that is ${before.state}`,
  rotated: (before, { details }) => ({ ...before, supersedeAt: parseDate(details.supersedeAt) }),
  "rotation-requested": (before, { actor, details }) => ({
    ...before,
    rotation: rotationDigest([
      millisOf(details.replaceBy),
      millisOf(details.requestedAt),
      comparable(actor.label),
      comparable(details.comment),
    ]),
  }),
  "rotation-request-canceled": (before) => ({ ...before, rotation: null }),
  held: (before, { details }) =>
    before.state === "issued"
      ? {
          ...before,
          state: "held",
          revokedAt: parseDate(details.revokedAt),
          reason: "certificateHold",
          comment: commentDigest(details.comment),
          invalidityDate: undefined,
        }
      : `puts a certificate on hold that is ${before.state}`,
  released: (before) =>
    before.state === "held"
      ? {
          ...before,
          state: "issued",
          revokedAt: null,
          reason: null,
          comment: null,
          invalidityDate: null,
        }
      : `releases a certificate that is ${before.state}`,
  revoked: (before, { details }) => {
    if (before.state === "revoked" && details.raised !== true)
      return "revokes a certificate that is already revoked";
    const stated = parseDate(details.invalidityDate);
    const invalidityDate =
      stated === null && before.invalidityDate === undefined ? undefined : stated;
    return {
      ...before,
      // A plan that is revoked gives its predecessor free, as one that failed does.
      predecessor: before.state === "planned" ? null : before.predecessor,
      state: "revoked",
      revokedAt: parseDate(details.revokedAt),
      reason: comparable(details.reason),
      comment: commentDigest(details.comment),
      invalidityDate,
    };
  },
};

/**
 * The expected state of a certificate after an entry about it. A repeated request (reason
 * "already") changes nothing.
 */
export function nextState(
  before: CertificateState | null,
  { seq, record }: ReplayedEntry,
  onProblem: (message: string) => void,
): CertificateState | null {
  const subject = seq === null ? "An entry in the inbox" : `Entry ${seq}`;
  const id = record.target?.id ?? "";
  if (record.action === "certificate.planned") {
    if (before) onProblem(`${subject} plans the certificate ${id}, which is already planned.`);
    return {
      state: "planned",
      plan: planDigest(plannedFields(record)),
      planSeq: seq,
      predecessor: shortDigest(comparable(record.details.predecessorId)),
      fingerprint: null,
      revokedAt: null,
      reason: null,
      comment: null,
      invalidityDate: null,
      supersedeAt: null,
      rotation: null,
      issuedAt: null,
      lastSeq: seq,
    };
  }
  const step = transitions[record.action.slice("certificate.".length)];
  if (!step || record.reason === "already") return before;
  if (!before)
    onProblem(
      `${subject} (${record.action}) refers to the certificate ${id}, which no earlier entry plans.`,
    );
  const after = before && step(before, record);
  if (typeof after === "string") onProblem(`${subject} ${after}: ${id}.`);
  return after === null || typeof after === "string" ? before : { ...after, lastSeq: seq };
}

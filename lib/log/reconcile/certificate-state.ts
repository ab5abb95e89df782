import { hash } from "node:crypto";
import { type Fields, fit, millisOf, type Replayed, secondsOf, textOf } from "./fields";

/** What the log says of a certificate, small: there may be millions. Digests stand for what is only compared. */
export type CertificateState = Readonly<{
  state: "planned" | "failed" | "issued" | "held" | "revoked";
  /** Of everything that was planned. */
  plan: Buffer;
  /** The plan's entry; null if it waits in the inbox. */
  planSeq: number | null;
  predecessor: Buffer | null;
  fingerprint: string | null;
  revokedAt: number | null;
  reason: string | null;
  comment: Buffer | null;
  /** Undefined: the log does not tell (a hold's is in its row only). */
  invalidityDate: number | null | undefined;
  supersedeAt: number | null;
  /** The entry that changed it last; null if that waits in the inbox. */
  lastSeq: number | null;
}>;

export const digestOf = (said: string, length = 16): Buffer =>
  hash("sha256", said, "buffer").subarray(0, length);
export const shortDigest = (said: string | null): Buffer | null =>
  said === null || said === "" ? null : digestOf(said, 8);

/** What was planned, as the entry has it, by the names that rows have. */
export function planOf({ id, details }: Replayed["record"]): Fields {
  return {
    authority: fit(details.issuerId),
    "serial number": fit(details.serial),
    profile: fit(details.profileId),
    "profile's version": textOf(details.profileVersion),
    identity: fit(details.identityId),
    subject: fit(details.subject),
    names: fit(Array.isArray(details.sans) ? details.sans.join(", ") : null),
    "beginning (seconds)": secondsOf(details.notBefore),
    "end (seconds)": secondsOf(details.notAfter),
    key: fit(details.spkiSha256),
    "planned content": fit(details.tbsSha256),
    "plan's entry": fit(id),
  };
}

const planNames = Object.keys(planOf({ id: "", details: {} } as unknown as Replayed["record"]));
export const planDigest = (facts: Fields): Buffer =>
  digestOf(planNames.map((name) => facts[name] ?? "\0").join("\x01"));

type Step = (before: CertificateState, record: Replayed["record"]) => CertificateState | string;
const dateOf = (said: unknown): number | null =>
  typeof said === "string" ? Number(millisOf(said)) : null;
const commentOf = (said: unknown): Buffer | null =>
  shortDigest(typeof said === "string" ? fit(said) : null);

/** A step answers with what is wrong, in words, if the log has no such thing to change. */
const steps: Readonly<Record<string, Step>> = {
  issued: (before, { details }) =>
    before.state === "planned"
      ? { ...before, state: "issued", fingerprint: fit(details.fingerprintSha256) }
      : `issues it, but it is ${before.state} already`,
  failed: (before) =>
    before.state === "planned"
      ? { ...before, state: "failed", predecessor: null }
      : `says that it failed, but it is ${before.state}`,
  rotated: (before, { details }) => ({ ...before, supersedeAt: dateOf(details.supersedeAt) }),
  held: (before, { details }) =>
    before.state === "issued"
      ? {
          ...before,
          state: "held",
          revokedAt: dateOf(details.revokedAt),
          reason: "certificateHold",
          comment: commentOf(details.comment),
          invalidityDate: undefined,
        }
      : `puts it on hold, but it is ${before.state}`,
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
      : `releases it, but it is ${before.state}`,
  revoked: (before, { details }) => {
    if (before.state === "planned" || before.state === "failed")
      return `revokes it, but it was never issued`;
    if (before.state === "revoked" && details.raised !== true)
      return "revokes it, but it is revoked already";
    const said = dateOf(details.invalidityDate),
      invalidityDate = said === null && before.invalidityDate === undefined ? undefined : said;
    return {
      ...before,
      state: "revoked",
      revokedAt: dateOf(details.revokedAt),
      reason: fit(details.reason),
      comment: commentOf(details.comment),
      invalidityDate,
    };
  },
};

/** What is expected of a certificate after an entry about it. A refusal and what was asked a second time change nothing. */
export function nextState(
  before: CertificateState | null,
  { seq, record }: Replayed,
  say: (words: string) => void,
): CertificateState | null {
  const at = seq === null ? "An entry that waits to be numbered" : `Entry ${seq}`,
    id = record.target?.id ?? "";
  if (record.action === "certificate.planned") {
    if (before) say(`${at} plans the certificate ${id}, which the log has already.`);
    return {
      state: "planned",
      plan: planDigest(planOf(record)),
      planSeq: seq,
      predecessor: shortDigest(fit(record.details.predecessorId)),
      fingerprint: null,
      revokedAt: null,
      reason: null,
      comment: null,
      invalidityDate: null,
      supersedeAt: null,
      lastSeq: seq,
    };
  }
  const step = steps[record.action.slice("certificate.".length)];
  if (!step || record.reason === "already") return before;
  if (!before)
    say(`${at} (${record.action}) is about the certificate ${id}, which no entry before it plans.`);
  const after = before && step(before, record);
  if (typeof after === "string") say(`${at} ${after}: certificate ${id}.`);
  return after === null || typeof after === "string" ? before : { ...after, lastSeq: seq };
}

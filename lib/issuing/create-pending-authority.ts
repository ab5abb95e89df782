import { dayMs } from "@/lib/format/time-units";
import { sha256Hex } from "@/lib/format/hash";
import type { Actor } from "@/lib/access/actor";
import { authorityTarget } from "@/lib/authorities/authority-dto";
import { statusUrls } from "@/lib/pki/authority-urls";
import type { Issuer } from "@/lib/authorities/find-issuer";
import type { Authority } from "@/lib/authorities/read-authorities";
import { AppError } from "@/lib/errors/app-error";
import { type EntryId, newId } from "@/lib/format/ids";
import { assertAuthorityNameFree } from "@/lib/identities/name-power";
import { auditedTransaction, uniqueViolation } from "@/lib/log/record/audited-transaction";
import { recordEntry } from "@/lib/log/record/record-entry";
import { signatureAlgorithmOf } from "@/lib/pki/keys";
import { describeName } from "@/lib/pki/names";
import { planAuthority } from "@/lib/pki/plan";
import { makeSerial } from "@/lib/pki/serial";
import type { AuthorityKeyAlgorithm, PlanResult } from "@/lib/pki/types";
import { findProfile, type Profile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import { assertSubjectFree, subjectOf } from "@/lib/issuing/rules/assert-subject-free";
import { insertAuthority } from "./authority-plan-repository";
import { plannedEntry, plannedRow } from "./issuance-plan";

export type AuthorityRequest = Readonly<{
  name: string;
  slug: string;
  organization: string;
  /** Null for a root. */
  parent: Issuer | null;
  keyAlgorithm: AuthorityKeyAlgorithm;
  validityYears: number;
  pathLength?: number | null | undefined;
}>;
type CreateDeps = Pick<Deps, "db" | "clock" | "random" | "recorder" | "signer" | "publicUrl">;

/**
 * Has the signer make an authority's key, plans its certificate, and commits authority and plan in
 * one transaction with their entries. Nothing is signed yet; `activateAuthority`
 * does that. Errors: `authority.refused`, `authority.exists`, `authority.subject-taken`, `name.held-by-another`,
 * `setup.incomplete`, those of the signer.
 */
export async function createPendingAuthority(
  deps: CreateDeps,
  actor: Actor,
  request: AuthorityRequest,
): Promise<{ authorityId: string; certificateId: string; entryId: EntryId }> {
  const profile = await getSystemProfile(deps, request.parent);
  const { id: keyId, spkiDer } = await deps.signer.createKey(request.keyAlgorithm);
  const now = deps.clock.now();
  const randomBytes = deps.random.bytes;
  const result = plan(deps, request, profile, spkiDer, now);
  if (!result.plan) return refuse(deps, actor, request, profile, result);
  const authority = pendingAuthority(request, {
    id: newId("ca", now, randomBytes),
    keyId,
    subjectText: result.plan.subjectText,
    createdAt: now,
  });
  const identity = authorityIdentity(request.slug, newId("idn", now, randomBytes), now);
  const row = plannedRow(result.plan, {
    issuerId: authority.parentId ?? authority.id,
    profile,
    identityId: identity.id,
    csrDer: null,
    requestedBy: actor.label,
    predecessorId: null,
    now,
    randomBytes,
  });
  const { slug, keyAlgorithm, parentId, crlPeriodSeconds: period } = authority;
  const shown = { subject: authority.subjectText, crlPeriodSeconds: period };
  const spkiSha256 = sha256Hex(spkiDer);
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    await assertAuthorityNameFree(tx, request.name, now);
    await assertSubjectFree(tx, request);
    await insertAuthority(tx, { authority, identity, plan: row });
    return {
      result: null,
      entries: [
        {
          action: "authority.created",
          outcome: "success",
          target: authorityTarget(authority),
          details: { slug, keyAlgorithm, parentId, spkiSha256, ...shown },
        },
        {
          action: "identity.created",
          outcome: "success",
          target: { kind: "identity", id: identity.id, label: identity.name },
          details: { kind: "system", owner: identity.owner, note: "" },
        },
        plannedEntry(row, { profileVersion: profile.version, rules: result.rules }, null),
      ],
    };
  }).catch((error: unknown) => refuseExistingSlug(error, request));
  return { authorityId: authority.id, certificateId: row.id, entryId };
}

async function getSystemProfile(deps: CreateDeps, parent: Issuer | null): Promise<Profile> {
  const slug = parent ? "issuing-ca" : "root-ca";
  const profile = await findProfile(deps, slug);
  if (profile) return profile;
  throw new AppError(
    "setup.incomplete",
    `The profile ${slug} does not exist yet. Finish the setup first.`,
  );
}

function plan(
  deps: CreateDeps,
  request: AuthorityRequest,
  profile: Profile,
  spkiDer: Uint8Array,
  now: Date,
): PlanResult {
  const { parent, pathLength } = request;
  const signatureAlgorithm = parent?.facts.signatureAlgorithm ?? signatureAlgorithmOf(spkiDer);
  if (!signatureAlgorithm) throw new Error(`no authority signs with ${request.keyAlgorithm}`);
  return planAuthority({
    rules: pathLength === undefined ? profile.rules : { ...profile.rules, pathLength },
    subject: subjectOf(request),
    spkiDer,
    issuer: parent?.facts ?? null,
    signatureAlgorithm,
    serial: makeSerial(deps.random.bytes),
    now,
    validitySeconds: validitySeconds(request, now),
    urls: parent
      ? statusUrls(deps.publicUrl, parent.slug)
      : { crl: null, ocsp: null, caIssuers: null },
  });
}

const yearMs = 365.25 * dayMs;
const roundingMs = 2 * dayMs;

/**
 * Years in seconds. A lifetime that exceeds the parent's by up to two days is cut to it: "ten
 * years" below a ten-year parent means as long as the parent.
 */
function validitySeconds({ validityYears, parent }: AuthorityRequest, now: Date): number {
  const requestedMs = validityYears * yearMs;
  const parentMs = parent ? parent.facts.notAfter.getTime() - now.getTime() : Infinity;
  const exceedsByRounding = requestedMs > parentMs && requestedMs - parentMs < roundingMs;
  return Math.floor((exceedsByRounding ? parentMs : requestedMs) / 1000);
}

const crlPeriodSeconds = 86_400;

const pendingAuthority = (
  { name, slug, keyAlgorithm, parent }: AuthorityRequest,
  fields: Pick<Authority, "id" | "keyId" | "subjectText" | "createdAt">,
): Authority => ({
  ...fields,
  slug,
  name,
  kind: parent ? "issuing" : "root",
  status: "pending",
  keyAlgorithm,
  parentId: parent?.id ?? null,
  certificateId: null,
  certificateDer: null,
  notAfter: null,
  crlPeriodSeconds,
});

/** The system identity that the authority's own certificates are bound to. */
const authorityIdentity = (slug: string, id: string, now: Date) => ({
  id,
  kind: "system",
  name: `Authority ${slug}`,
  owner: "Chancery",
  status: "active",
  note: "",
  networks: [],
  epoch: 0,
  namesEpoch: 0,
  createdAt: now,
  changedAt: now,
});

async function refuse(
  deps: CreateDeps,
  actor: Actor,
  request: AuthorityRequest,
  profile: Profile,
  { findings, rules }: PlanResult,
): Promise<never> {
  const { entryId } = await recordEntry(deps.recorder, actor, {
    action: "certificate.refused",
    outcome: "denied",
    reason: findings[0]?.code ?? "authority.refused",
    target: request.parent && authorityTarget(request.parent),
    decision: { profileVersion: profile.version, rules },
    details: {
      profile: profile.slug,
      identity: request.slug,
      subject: describeName(subjectOf(request)),
      findings,
    },
  });
  throw new AppError(
    "authority.refused",
    "This CA can't be created. Fix the problems listed below.",
    { findings, recordedAs: entryId },
  );
}

function refuseExistingSlug(error: unknown, { slug }: AuthorityRequest): never {
  if (uniqueViolation(error) === null) throw error;
  const message = `A CA with the slug ${slug} already exists. Choose another slug.`;
  throw new AppError("authority.exists", message, {
    findings: [{ code: "authority.exists", path: "slug", message }],
    cause: error,
  });
}

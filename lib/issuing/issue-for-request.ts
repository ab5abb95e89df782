import { sha256 } from "@/lib/format/hash";
import type { MaybeRecorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { certificateDto } from "@/lib/certificates/certificate-dto";
import type { CertificateDto } from "@/lib/certificates/schema";
import { AppError } from "@/lib/errors/app-error";
import type { IdentityStatus } from "@/lib/identities/schema";
import { encodeEntry } from "@/lib/log/entry";
import { assertInboxHasRoom } from "@/lib/log/record/back-pressure";
import { trackCommit, makeNumberedEntry } from "@/lib/log/record/entry-numbers";
import type { CompatibleApi, ServerKeyDetail } from "@/lib/log/detail-types";
import type { EntryDetails } from "@/lib/log/types";
import { describeHeldName, type HeldName } from "@/lib/pki/held-names/held-name";
import type { Deps } from "@/lib/runtime/deps";
import type { CheckedName } from "@/lib/issuing/rules/check-names";
import {
  decideIssuance,
  isAllowed,
  type IssuanceDecision,
  type IssuanceRequest,
} from "./decide-issuance";
import { describeIgnored } from "@/lib/issuing/rules/describe-ignored";
import { plannedEntry, plannedRow } from "./issuance-plan";
import { storePlan } from "./issuance-repository";
import type { PlannedRow } from "./plan-repository";
import { refuseRequest } from "./refuse-request";
import { describeHandedOut } from "./server-key/key-notice";
import { signPlan, type SignedPlan } from "./sign-plan";
import { storePlanWithMore, type StoredWithPlan } from "./store-plan-with-more";
import { storePlanWithNames } from "./plans/store-plan-with-names";

/**
 * A request, what commits together with its plan (a use of the secret that it is issued for), and the
 * compatible API that it came over, for its entries.
 */
export type StoredRequest = IssuanceRequest &
  Readonly<{ storedWithPlan?: StoredWithPlan; via?: CompatibleApi }>;
export type IssueDeps = Pick<Deps, "db" | "clock" | "random" | "recorder" | "signer" | "publicUrl">;
type Allowed = IssuanceDecision &
  Readonly<{
    [K in "plan" | "profile" | "identity" | "issuer" | "csr"]: NonNullable<IssuanceDecision[K]>;
  }>;

const maxAttempts = 4;

/**
 * Issues for a request whose caller is authorized already. The order is what makes it provable
 * (decision 5): the decision and the exact bytes to be signed are committed with their entry, then
 * signed, then the certificate is committed with its entry, and only then returned. The first decision may rest on data up
 * to two seconds old; a refusal, and every attempt after the database's own guards disagreed, reads
 * everything again. Errors: `certificate.refused` with every reason, `certificate.contended`,
 * `certificate.closed`, `record.unavailable`, `outcome.unknown`, those of the signer.
 */
export async function issueForRequest(
  deps: IssueDeps,
  actor: Actor,
  request: StoredRequest,
): Promise<MaybeRecorded<CertificateDto>> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    // What was previewed, or a list of names, is compared with how things are now.
    const isCompared = typeof request.addNames === "object" || request.previewSha256 !== undefined;
    const thorough = attempt > 0 || request.predecessor !== null || isCompared;
    const decision = await decideIssuance(deps, request, thorough);
    if (!isAllowed(decision) || !decision.identity) {
      if (thorough) return refuse(deps, actor, request, decision);
      continue;
    }
    const allowed = assertComplete(decision);
    const supersedeAt = supersedeAtOf(request, allowed);
    const committed = await commitPlan(deps, actor, request, allowed, supersedeAt);
    if (committed === null) continue;
    deps.recorder.scope?.committed.push(committed.row.planEntryId);
    const resultOf = (signed: SignedPlan) => issuedDto(committed, request, allowed, signed);
    const serverKeyDetail = serverKeyDetailOf(committed.row, actor);
    const planned = { ...committed.row, supersedeAt, serverKeyDetail };
    const signed = await signPlan(deps, actor, planned, resultOf);
    return resultOf(signed);
  }
  throw new AppError(
    "certificate.contended",
    "The profile, identity, authority or key kept changing while this request was processed. Try again.",
    { retryAfterSeconds: 1 },
  );
}

function assertComplete(decision: IssuanceDecision): Allowed {
  const { plan, profile, identity, issuer, csr } = decision;
  if (!plan || !profile || !identity || !issuer || !csr)
    throw new Error("unreachable: an allowed decision has a plan and everything it is based on");
  return { ...decision, plan, profile, identity, issuer, csr };
}

/** When the predecessor of a rotation is to be revoked; null if this is no rotation. */
function supersedeAtOf({ predecessor }: IssuanceRequest, { profile, now }: Allowed): Date | null {
  if (predecessor === null) return null;
  const overlapSeconds = predecessor.overlapSeconds ?? profile.rules.rotationOverlapSeconds;
  return new Date(now.getTime() + overlapSeconds * 1000);
}

type Committed = Readonly<{ row: PlannedRow; namesAdded: readonly HeldName[] }>;

/**
 * Commits the plan with its entry. Null if something changed between the decision and the commit.
 */
async function commitPlan(
  deps: IssueDeps,
  actor: Actor,
  request: StoredRequest,
  { plan, profile, identity, issuer, csr, now, decision, names }: Allowed,
  supersedeAt: Date | null,
): Promise<Committed | null> {
  assertInboxHasRoom(deps.recorder.db, actor);
  const row = plannedRow(plan, {
    issuerId: issuer.id,
    profile,
    identityId: identity.id,
    csrDer: request.serverKey ? null : csr.der,
    serverKey: request.serverKey !== undefined,
    requestedBy: actor.label,
    predecessorId: request.predecessor?.id ?? null,
    now,
    randomBytes: deps.random.bytes,
  });
  const { via } = request;
  const serverKeyDetail = serverKeyDetailOf(row, actor);
  const planned = plannedEntry(row, decision, supersedeAt, {
    ...(via ? { via } : {}),
    ...(serverKeyDetail ? { serverKey: serverKeyDetail } : {}),
  });
  if (names.toAdd.length > 0) {
    const plan = { row, entry: planned, more: request.storedWithPlan };
    const namesAdded = await storePlanWithNames(deps, actor, identity, names.toAdd, plan);
    return namesAdded && { row, namesAdded };
  }
  if (request.storedWithPlan !== undefined) {
    const plan = { row, entry: planned };
    const isStored = await storePlanWithMore(deps, actor, identity, plan, request.storedWithPlan);
    return isStored ? { row, namesAdded: [] } : null;
  }
  assertCounted(actor);
  const entry = makeNumberedEntry(deps.recorder, actor, planned, now);
  const isStored = await trackCommit(deps.recorder, [entry], () =>
    storePlan(deps.db, {
      row,
      identityEpoch: identity.epoch,
      entry: encodeEntry(entry),
      claim: deps.recorder.scope?.claim ?? null,
    }),
  );
  return isStored ? { row, namesAdded: [] } : null;
}

/** What the entries say of a key that is made here. */
const serverKeyDetailOf = (
  { serverKey, keyAlgorithm }: PlannedRow,
  { label }: Actor,
): ServerKeyDetail | undefined =>
  serverKey ? { algorithm: keyAlgorithm, handedTo: label } : undefined;

/** A secret is used up by what it gets: no other path may issue for it. */
function assertCounted({ kind }: Actor): void {
  if (kind === "enrollment-secret")
    throw new Error("unreachable: certificates for a secret are planned with its use");
}

/** The certificate as a read would return it, without reading it back. */
function issuedDto(
  { row, namesAdded }: Committed,
  request: IssuanceRequest,
  { profile, identity, issuer, csr, findings, decision }: Allowed,
  { der, issuedAt, entryId }: SignedPlan,
): MaybeRecorded<CertificateDto> {
  const issuedRow = {
    ...row,
    state: "issued",
    fingerprintSha256: sha256(der),
    profileSlug: profile.slug,
    identityName: identity.name,
    identityKind: identity.kind,
    identityOwner: identity.owner,
    identityStatus: identity.status as IdentityStatus,
    issuerSlug: issuer.slug,
    ...neverRevoked,
    ...neverReplaced,
    issuedAt,
    der,
  };
  const dto = certificateDto(issuedRow, issuer.chainPem, issuedAt);
  const added = namesAdded.map(({ type, value }) => ({ type, value }));
  const ignored = describeIgnored(csr, request, decision);
  const handedOut = describeHandedOut(request.serverKey);
  const result = { ...dto, findings, decision, namesAdded: added, ignored, ...handedOut };
  return { result, entryId };
}

const neverRevoked = {
  revokedAt: null,
  revocationReason: null,
  revocationComment: null,
  invalidityDate: null,
} as const;

const neverReplaced = {
  successorId: null,
  supersedeAt: null,
  rotateBy: null,
  rotationRequestedAt: null,
  rotationRequestedBy: null,
  rotationComment: null,
  rotationFulfilled: false,
} as const;

/** Names that are not held, with who holds them: the entry says it for every requester. */
function namesDetail(
  names: readonly CheckedName[],
): Pick<EntryDetails["certificate.refused"], "names"> {
  const refused = names.filter(({ state }) => state === "not-held" || state === "held-by-another");
  if (refused.length === 0) return {};
  return {
    names: refused.map(({ type, value, state, holder }) => ({
      name: describeHeldName({ type, value }),
      state,
      ...(holder ? { heldBy: holder.id } : {}),
    })),
  };
}

/** Records and throws the refusal of a request that would not be issued as things are now. */
export async function assertAllowed(
  deps: IssueDeps,
  actor: Actor,
  request: IssuanceRequest,
): Promise<void> {
  const decision = await decideIssuance(deps, request, true);
  if (!isAllowed(decision) || !decision.identity) await refuse(deps, actor, request, decision);
}

async function refuse(
  deps: Pick<Deps, "recorder">,
  actor: Actor,
  request: StoredRequest,
  { findings, decision, identity, profile, csr, names }: IssuanceDecision,
): Promise<never> {
  const target = identity
    ? { kind: "identity", id: identity.id, label: identity.name }
    : profile && { kind: "profile", id: profile.id, label: profile.slug };
  return refuseRequest(deps, actor, {
    target,
    findings,
    decision,
    details: {
      profile: request.profile.slice(0, 64),
      identity: request.identity.slice(0, 64),
      subject: csr?.subjectText ?? null,
      ...namesDetail(names.names),
      ...(request.via ? { via: request.via } : {}),
    },
  });
}

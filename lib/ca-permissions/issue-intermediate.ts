import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { findIssuer, type Issuer } from "@/lib/authorities/find-issuer";
import { AppError, isAppError } from "@/lib/errors/app-error";
import type { Finding } from "@/lib/errors/types";
import { requirePower } from "@/lib/identities/power";
import { findIdentity, type Identity } from "@/lib/identities/read-identities";
import { failure, keyBlocked, keyOfAnother } from "@/lib/issuing/failure";
import { plannedEntry, plannedRow } from "@/lib/issuing/issuance-plan";
import { refuseRequest } from "@/lib/issuing/refuse-request";
import { signPlan } from "@/lib/issuing/sign-plan";
import { storePlanWithMore } from "@/lib/issuing/store-plan-with-more";
import type { MaybeRecorded } from "@/lib/log/record/recorded";
import { parseCsr } from "@/lib/pki/csr";
import { isError } from "@/lib/pki/rule-checks";
import { makeSerial } from "@/lib/pki/serial";
import { intermediateProfile, trustDomainOf } from "@/lib/pki/trust-domain";
import type { CertificatePlan, ParsedCsr } from "@/lib/pki/types";
import { findProfile, type Profile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import { choosePermission } from "./choose-permission";
import { findOrganizationName, findKeyOwner } from "./intermediate-repository";
import { listPermissionRows, lockPermission, type PermissionRow } from "./permission-repository";
import { findNameProblem, planIntermediate } from "./plan-intermediate";

/** What a client asks for that runs a CA of its own. */
export type IntermediateRequest = Readonly<{
  csr: string;
  /** The ID or slug of the CA that has to sign; null for the permission's. */
  authority: string | null;
  /** The permission's longest lifetime if it is undefined. */
  validitySeconds: number | undefined;
}>;
export type IssuedIntermediate = Readonly<{
  id: string;
  der: Uint8Array;
  serial: Uint8Array;
  notAfter: Date;
  issuerId: string;
  csr: ParsedCsr;
  warnings: readonly string[];
}>;
type IssueDeps = Pick<Deps, "db" | "clock" | "random" | "recorder" | "signer" | "publicUrl">;

const maxAttempts = 4;

/**
 * Issues a CA certificate for the caller's own key, under a CA permission of its identity: for the
 * trust domain of that, with the path length 0. The signer judges it again by what the operator of
 * the host confirmed, and counts. Errors: `compat.ca-refused` without any permission,
 * `identity.confers-power` for a token of an identity that has another power too, those of
 * `choosePermission`, `certificate.refused` with every reason against the CSR,
 * `compat.identity-required`, `certificate.contended`, those of the signer.
 */
export async function issueIntermediate(
  deps: IssueDeps,
  actor: Actor,
  request: IntermediateRequest,
): Promise<MaybeRecorded<IssuedIntermediate>> {
  const identityId = callerIdentity(actor);
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const decided = await decide(deps, actor, identityId, request);
    const { plan, identity, issuer, profile, permission, rules, csr } = decided;
    const row = plannedRow(plan, {
      issuerId: issuer.id,
      profile,
      identityId,
      csrDer: csr.der,
      requestedBy: actor.label,
      predecessorId: null,
      now: decided.now,
      randomBytes: deps.random.bytes,
    });
    const decision = { profileVersion: profile.version, rules };
    const entry = plannedEntry(row, decision, null, { via: "vault" });
    const isStored = await storePlanWithMore(deps, actor, identity, { row, entry }, async (tx) => {
      if (!(await lockPermission(tx, permission.id)))
        throw new AppError("ca-permission.revoked", "The CA permission has just been revoked.");
      return [];
    });
    if (!isStored) continue;
    const { der, entryId } = await signPlan(deps, actor, { ...row, supersedeAt: null });
    const { id, serial, notAfter, issuerId } = row;
    const warnings = [
      ...(decided.warning === null ? [] : [decided.warning]),
      ...withoutEffect(csr),
    ];
    return { result: { id, der, serial, notAfter, issuerId, csr, warnings }, entryId };
  }
  throw new AppError(
    "certificate.contended",
    "The identity, the CA or the key kept changing while this request was processed. Try again.",
    { retryAfterSeconds: 1 },
  );
}

/** Of an identity, by its own token or certificate: no one else gets a CA over these calls. */
function callerIdentity(actor: Actor): string {
  const scope = authorize(actor, "certificates.issue");
  const isOwn = actor.kind === "token" || actor.kind === "certificate";
  if (scope === "own" && isOwn && actor.identityId !== null) return actor.identityId;
  throw new AppError(
    "compat.identity-required",
    "Only an identity gets a CA certificate. Use its token of role service or its client certificate.",
  );
}

type Decided = Readonly<{
  plan: CertificatePlan;
  rules: ReturnType<typeof planIntermediate>["rules"];
  warning: string | null;
  identity: Identity;
  issuer: Issuer;
  profile: Profile;
  permission: PermissionRow;
  csr: ParsedCsr;
  now: Date;
}>;

async function decide(
  deps: IssueDeps,
  actor: Actor,
  identityId: string,
  request: IntermediateRequest,
): Promise<Decided> {
  const now = deps.clock.now();
  const permissions = await listPermissionRows(deps.db, { identity: identityId });
  const identity = await findIdentity(deps, identityId);
  if (permissions.length === 0 || identity === null)
    throw new AppError(
      "compat.ca-refused",
      "This identity has no CA permission. An administrator creates one, and the operator of the host confirms it.",
    );
  await requirePower(deps, actor, identityId, "issue-ca");
  const refused = (findings: readonly Finding[], csr: ParsedCsr | null) =>
    refuse(deps, actor, identity, findings, csr);
  const csr = await readCsr(request.csr, refused);
  const nameProblem = findNameProblem(csr);
  const trustDomain = trustDomainOf(csr.sans);
  if (nameProblem !== null || trustDomain === null)
    return refused(nameProblem === null ? [] : [nameProblem], csr);
  const permission = choosePermission(permissions, { ...request, trustDomain });
  const [issuer, profile, organization, owner] = await Promise.all([
    findIssuer(deps, permission.authorityId, true),
    findProfile(deps, intermediateProfile),
    findOrganizationName(deps.db),
    findKeyOwner(deps.db, csr.key.spkiSha256),
  ]);
  if (issuer?.status !== "active" || profile === null || organization === null)
    throw new AppError("signer.authority-not-active", "The CA isn't active, so it can't sign.");
  const { validitySeconds } = request;
  const result = planIntermediate({
    csr,
    identity,
    permission,
    issuer,
    organization,
    validitySeconds,
    now,
    serial: makeSerial(deps.random.bytes),
    publicUrl: deps.publicUrl,
  });
  const findings = [...result.findings, ...findKeyProblems(owner, identityId)];
  if (result.plan === null || findings.some(isError)) return refused(findings, csr);
  const { plan, rules, warning } = result;
  return { plan, rules, warning, identity, issuer, profile, permission, csr, now };
}

type Refuse = (findings: readonly Finding[], csr: ParsedCsr | null) => Promise<never>;

async function readCsr(text: string, refused: Refuse): Promise<ParsedCsr> {
  try {
    return parseCsr(text);
  } catch (error) {
    if (!isAppError(error)) throw error;
    return refused([failure(error.code, error.message, "csr", "RFC 2986")], null);
  }
}

function findKeyProblems(
  key: Readonly<{ identityId: string | null; blocked: boolean; certified: boolean }> | null,
  identityId: string,
): Finding[] {
  if (key === null) return [];
  if (key.identityId !== null && key.identityId !== identityId) return [keyOfAnother];
  if (key.blocked) return [keyBlocked];
  return key.certified ? [keyOfAnotherKind] : [];
}

const keyOfAnotherKind = failure(
  "key.not-new",
  "This key has a certificate of another kind, and a CA needs its own key. Generate a new key pair.",
  "csr",
);

/** What the CSR asks for besides its name and key. */
const withoutEffect = ({ ignoredExtensions, subject }: ParsedCsr): string[] => [
  ...(subject.length === 0 ? [] : ["The subject of the CSR has no effect: Chancery chooses it."]),
  ...ignoredExtensions
    .filter((what) => !what.startsWith("basicConstraints"))
    .map((what) => `The CSR asks for ${what}, which the certificate doesn't have.`),
];

const refuse = (
  deps: Pick<Deps, "recorder">,
  actor: Actor,
  identity: Identity,
  findings: readonly Finding[],
  csr: ParsedCsr | null,
): Promise<never> =>
  refuseRequest(deps, actor, {
    target: { kind: "identity", id: identity.id, label: identity.name },
    findings,
    details: {
      profile: intermediateProfile,
      identity: identity.id,
      subject: csr?.subjectText ?? null,
      via: "vault",
    },
  });

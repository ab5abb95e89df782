import type { Actor } from "@/lib/access/actor";
import type { Scope } from "@/lib/access/permissions";
import { statusUrls } from "@/lib/pki/authority-urls";
import { cachedRead } from "@/lib/authorities/cached-read";
import { findIssuer, type Issuer } from "@/lib/authorities/find-issuer";
import type { IssueInput } from "@/lib/certificates/request-schema";
import { isAppError } from "@/lib/errors/app-error";
import type { Finding } from "@/lib/errors/types";
import { findBinding, findIdentity, type Identity } from "@/lib/identities/read-identities";
import type { Decision } from "@/lib/log/types";
import { describeExcesses, findExcesses } from "@/lib/pki/ceiling/evaluate-ceiling";
import { parseCsr } from "@/lib/pki/csr";
import { findKeyWeaknesses } from "@/lib/pki/keys";
import { namesOfIdentity, type EarlierNames } from "@/lib/pki/names-request";
import { planCertificate } from "@/lib/pki/plan";
import { isError, makeRuleChecks, type RuleChecks } from "@/lib/pki/rule-checks";
import { makeSerial } from "@/lib/pki/serial";
import type {
  CertificatePlan,
  DistinguishedName,
  GeneralName,
  ParsedCsr,
  PlanResult,
} from "@/lib/pki/types";
import { findProfile, type Profile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import { checkPower } from "@/lib/issuing/rules/check-power";
import { checkServerKey } from "@/lib/issuing/rules/check-server-key";
import { digestPlan } from "./digest-plan";
import { checkProfile } from "@/lib/issuing/rules/check-profile";
import { failure, keyBlocked, keyOfAnother } from "./failure";
import { checkNames, type NameCheck } from "@/lib/issuing/rules/check-names";
import { findKey, isKeyCertified } from "./plan-repository";

export type Predecessor = Readonly<{
  id: string;
  state: string;
  status: string;
  successorId: string | null;
  names: EarlierNames;
  /** How long it stays valid next to its successor; the profile's overlap if absent. */
  overlapSeconds?: number | undefined;
}>;

/** A request for one certificate, the same for the browser, the API and every protocol. */
export type IssuanceRequest = Readonly<{
  profile: string;
  identity: string;
  csr: string;
  validitySeconds?: number | undefined;
  /** RFC 3339; the exact end, instead of `validitySeconds`. */
  notAfter?: string | undefined;
  /** Issue only what the preview with this digest showed. */
  previewSha256?: string | undefined;
  sans?: readonly GeneralName[] | undefined;
  subject?: DistinguishedName | undefined;
  /** Set for a service: the only identity that it may request certificates for. */
  onlyIdentityId: string | null;
  /** Whether an identity requests it for itself, not staff. */
  bySelf: boolean;
  /** Who asks: what that allows for identities that confer power is in `checkPower`. */
  requester: Actor;
  /** Set for a rotation. */
  predecessor: Predecessor | null;
  addNames?: IssueInput["addNames"];
  /** Names whose control the requester proved by a challenge (ACME), as `type:value`. */
  provenNames?: readonly string[];
  /** Set if Chancery makes the key, for the form that the caller gets it in; `csr` has no names. */
  serverKey?: Readonly<{ form: "pem" | "pkcs12" }> | undefined;
}>;

/**
 * A decision with everything it is based on. `plan` is null if a finding of severity error made
 * planning impossible.
 */
export type IssuanceDecision = Readonly<{
  now: Date;
  csr: ParsedCsr | null;
  profile: Profile | null;
  identity: Identity | null;
  issuer: Issuer | null;
  plan: CertificatePlan | null;
  /** Each name of the plan, and those that issuing adds to the identity. */
  names: NameCheck;
  findings: readonly Finding[];
  decision: Decision;
}>;
type DecideDeps = Pick<Deps, "db" | "clock" | "random" | "publicUrl">;

const cacheMs = 2000;
const readProfile = cachedRead(cacheMs, findProfile);
const readIdentity = cachedRead(cacheMs, findIdentity);
const readBinding = cachedRead(cacheMs, findBinding);

/** The request of an authorized actor for a first certificate (no rotation). */
export function issuanceRequest<I extends Omit<IssueInput, "csr" | "key">>(
  actor: Actor,
  scope: Scope,
  input: I,
): I & Omit<IssuanceRequest, "csr"> {
  return {
    ...input,
    onlyIdentityId: scope === "own" ? (actor.identityId ?? "") : null,
    bySelf: scope === "own",
    requester: actor,
    predecessor: null,
  };
}

/**
 * Decides a request without signing or storing anything, and collects every reason at once.
 * `thorough` reads everything from the database and looks up the key's owner; otherwise data up to
 * two seconds old may be used, because storing the plan checks it again.
 */
export async function decideIssuance(
  deps: DecideDeps,
  request: IssuanceRequest,
  thorough: boolean,
): Promise<IssuanceDecision> {
  const now = deps.clock.now();
  const checks = makeRuleChecks();
  const { profile, identity, issuer } = await readSubjects(deps, request, thorough);
  checkProfile({ profile, issuer, identity }, request, checks);
  checkIdentity(identity, request, checks);
  if (identity)
    checkPower(request.requester, identity, request.predecessor ? "rotate" : "issue", checks);
  checkServerKey({ profile, identity }, request, checks);
  if (request.predecessor) checkPredecessor(request.predecessor, checks);
  const csr = readCsr(request.csr, checks);
  const planned = csr && planWith(deps, request, { csr, profile, identity, issuer, now }, checks);
  const binding = (await readBinding(deps, "", thorough))?.binding ?? "enforced";
  // What is refused anyway is looked at whole, so that its requester learns every reason.
  const isWhole = (): boolean => thorough || checks.findings.some(isError);
  const names =
    planned && identity
      ? await checkNames(
          deps,
          planned.names,
          identity,
          request,
          { binding, thorough: isWhole() },
          checks,
        )
      : noNames;
  if (csr && isWhole()) await checkKey(deps, csr, identity, request, checks);
  const decision = { ...(profile ? { profileVersion: profile.version } : {}), rules: checks.rules };
  return {
    now,
    csr,
    profile,
    identity,
    issuer,
    plan: planned?.plan ?? null,
    names,
    findings: checks.findings,
    decision,
  };
}

const noNames: NameCheck = { names: [], toAdd: [] };

/** Whether the decision permits issuing: a plan, and no finding of severity error. */
export function isAllowed(decision: IssuanceDecision): boolean {
  return decision.plan !== null && !decision.findings.some(isError);
}

type Subjects = Pick<IssuanceDecision, "profile" | "identity" | "issuer">;

/**
 * Chancery's internal profiles and identities are treated as absent, and so are other identities
 * for a service, so that their existence cannot be probed.
 */
async function readSubjects(
  deps: DecideDeps,
  request: IssuanceRequest,
  fresh: boolean,
): Promise<Subjects> {
  const isReachable =
    request.identity !== "" &&
    (request.onlyIdentityId === null || request.onlyIdentityId === request.identity);
  const [profile, identity] = await Promise.all([
    readProfile(deps, request.profile, fresh),
    isReachable ? readIdentity(deps, request.identity, fresh) : null,
  ]);
  const usable = profile?.system === false ? profile : null;
  const issuer = usable?.authorityId ? await findIssuer(deps, usable.authorityId, fresh) : null;
  return { profile: usable, identity: identity?.kind === "system" ? null : identity, issuer };
}

function checkIdentity(
  identity: Identity | null,
  request: IssuanceRequest,
  checks: RuleChecks,
): void {
  const missing =
    request.identity === ""
      ? failure("identity.required", "Choose an identity for the certificate.", "identity")
      : failure(
          "identity.not-found",
          "Identity not found. Use the ID of an existing identity.",
          "identity",
        );
  checks.add("identity-exists", request.identity, identity ? null : missing);
  if (!identity) return;
  const suspended = failure(
    "identity.suspended",
    `${identity.name} is suspended and can't get certificates. Activate the identity first.`,
    "identity",
  );
  checks.add(
    "identity-is-active",
    `${identity.id} ${identity.status}`,
    identity.status === "active" ? null : suspended,
  );
}

function checkPredecessor({ state, status, successorId }: Predecessor, checks: RuleChecks): void {
  const remedy = state === "held" ? "Release it first." : "Issue a new certificate instead.";
  const notRotatable = failure(
    "certificate.state",
    `Only a valid or expired certificate can be rotated; this one is ${status}. ${remedy}`,
    "id",
  );
  checks.add("predecessor-is-issued", status, state === "issued" ? null : notRotatable);
  const rotated = failure(
    "certificate.has-successor",
    `This certificate was already rotated. Rotate its successor ${successorId} instead.`,
    "id",
  );
  checks.add(
    "predecessor-has-no-successor",
    successorId ?? "none",
    successorId === null ? null : rotated,
  );
}

function readCsr(text: string, checks: RuleChecks): ParsedCsr | null {
  try {
    const csr = parseCsr(text);
    checks.add("request-proves-possession", csr.key.text, null);
    return csr;
  } catch (error) {
    if (!isAppError(error)) throw error;
    checks.add(
      "request-proves-possession",
      `${text.length} characters`,
      failure(error.code, error.message, "csr", "RFC 2986"),
    );
    return null;
  }
}

function planWith(
  deps: DecideDeps,
  request: IssuanceRequest,
  {
    csr,
    profile,
    identity,
    issuer,
    now,
  }: Pick<IssuanceDecision, "profile" | "identity" | "issuer" | "now"> &
    Readonly<{ csr: ParsedCsr }>,
  checks: RuleChecks,
): Pick<PlanResult, "plan" | "names"> | null {
  if (!profile || !issuer) {
    checks.add("key-strength", csr.key.text, findKeyWeaknesses(csr.key.spkiDer));
    return null;
  }
  const { plan, names, findings, rules } = planCertificate({
    rules: profile.rules,
    profileName: profile.slug,
    issuer: issuer.facts,
    csr,
    subject: request.subject,
    sans: request.sans,
    identity: namesOfIdentity(
      identity,
      profile.rules,
      request.predecessor?.names ?? null,
      request.bySelf,
    ),
    serial: makeSerial(deps.random.bytes),
    now,
    validitySeconds: request.validitySeconds,
    notAfter: request.notAfter === undefined ? undefined : new Date(request.notAfter),
    urls: statusUrls(deps.publicUrl, issuer.slug),
  });
  checks.findings.push(...findings);
  checks.rules.push(...rules);
  if (plan) checkCeiling(issuer, plan, now, checks);
  if (plan && request.previewSha256 !== undefined) {
    const sha256 = digestPlan(plan, request, { profile, issuer, now });
    checks.add("as-previewed", sha256, sha256 === request.previewSha256 ? null : previewChanged());
  }
  return { plan, names };
}

function previewChanged(): Finding {
  return failure(
    "certificate.preview-changed",
    "This certificate would not be the one that was previewed: the request, the profile or its CA changed since. Preview it again, check it, and then issue it.",
    "previewSha256",
  );
}

/** The signer judges by itself; here its refusal is reported with everything else, before it. */
function checkCeiling(
  { slug, ceiling }: Issuer,
  { tbsDer }: CertificatePlan,
  now: Date,
  checks: RuleChecks,
): void {
  const excesses = ceiling ? findExcesses(ceiling, tbsDer, now) : [];
  const beyond =
    excesses.length > 0
      ? failure("signer.ceiling", describeExcesses(slug, excesses), "profile")
      : null;
  checks.add("within-the-ceiling", slug, beyond);
}

/**
 * Checks who owns the key (decision 9): before a rotation, and whenever the request fails anyway,
 * so that every reason is reported at once. In all other cases the database's own guard decides.
 */
async function checkKey(
  deps: DecideDeps,
  csr: ParsedCsr,
  identity: Identity | null,
  request: IssuanceRequest,
  checks: RuleChecks,
): Promise<void> {
  // A key that is made here is new.
  if (request.serverKey) return;
  const { spkiSha256 } = csr.key;
  const hex = Buffer.from(spkiSha256).toString("hex");
  const key = await findKey(deps.db, spkiSha256);
  const ownerId = identity?.id ?? request.onlyIdentityId;
  const keyOwner = key?.identityId ?? null;
  const isOthers = keyOwner !== null && ownerId !== null && keyOwner !== ownerId;
  checks.add("key-has-one-owner", hex, isOthers ? keyOfAnother : null);
  checks.add("key-is-not-blocked", hex, key?.blocked ? keyBlocked : null);
  if (!request.predecessor) return;
  const used = failure(
    "key.not-new",
    "Rotation needs a new key, and this key already has a certificate. Generate a new key pair.",
    "csr",
  );
  checks.add("key-is-new", hex, (await isKeyCertified(deps.db, spkiSha256)) ? used : null);
}

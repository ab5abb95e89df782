import { isAppError } from "@/lib/errors/app-error";
import type { ErrorCode } from "@/lib/errors/codes";
import type { Finding } from "@/lib/errors/types";
import type { ServerNames } from "@/lib/net/server-names";
import { statusUrls } from "@/lib/pki/authority-urls";
import { evaluateTbs, type TbsContext } from "@/lib/pki/evaluate-tbs";
import { namesOfIdentity, type EarlierNames } from "@/lib/pki/names-request";
import type { TimeTolerance } from "@/lib/pki/plan-validity";
import { readStoredRules } from "@/lib/pki/stored-rules";
import { readTbsFacts, type TbsFacts } from "@/lib/pki/tbs-facts";
import type { TbsView } from "@/lib/pki/tbs";
import { holdTrustDomain, intermediateProfile } from "@/lib/pki/trust-domain";
import type { IssuerFacts } from "@/lib/pki/types";
import { checkHeldNames, rowsAsOfPlan } from "./check-held-names";
import type { RecordedPlan } from "./check-plan";
import type { HeldNames } from "./held-names";
import type { FindIssuer } from "./issuers";
import { intermediateFormOf } from "./intermediate-form";
import { ownFormOf } from "./own-form";
import { type KnownVersion, unknownVersion, versionKey } from "./profile-versions";
import type { StoredPlan } from "./read-stored-plans";
import { refuse } from "./refuse";

/** What plans are evaluated by: read for a batch, from what the application can't rewrite unseen. */
export type EvaluationSources = Readonly<{
  versions: ReadonlyMap<string, KnownVersion>;
  findIssuer: FindIssuer;
  names: HeldNames;
  predecessors: ReadonlyMap<string, EarlierNames>;
  publicUrl: string;
  /** Chancery's own hosts and addresses. */
  ownNames: ServerNames;
  now: Date;
}>;
export type EvaluatedPlan = Readonly<{
  plan: StoredPlan;
  facts: TbsFacts;
  /** Whether it is one of Chancery's own certificates, a CA's among them. */
  isOwn: boolean;
  /** Whether it was evaluated as the CA of a client. */
  isOfClient: boolean;
  /** The profile's. */
  slug: string;
  /** When it was evaluated, by the signer's clock. */
  now: Date;
}>;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const skewMs = 5 * minuteMs;
/** A plan is signed at once, or after the crash that kept it from being signed. */
const leafTolerance: TimeTolerance = { skewMs, waitMs: hourMs };
/** The plan of a CA waits for people: for its confirmation, or for the start after a crash. */
const authorityTolerance: TimeTolerance = { skewMs, waitMs: 7 * 24 * hourMs };

/**
 * Evaluates the bytes of a recorded plan by the signer's own judgment: its profile version, the
 * lints, its clock, the CA above, the form of Chancery's own certificates, and the names that the
 * identity holds. Throws `signer.profile-version`, `signer.profile`, `signer.lint`,
 * `signer.lifetime`, `signer.ca-constraints`, `signer.own-form`, `signer.name-not-held`,
 * `signer.issuer`.
 */
export async function evaluatePlan(
  { plan, tbs, signsItself }: RecordedPlan,
  sources: EvaluationSources,
): Promise<EvaluatedPlan> {
  const version = sources.versions.get(versionKey(plan));
  if (!version) throw unknownVersion(plan);
  const facts = readFacts(plan, tbs);
  const issuer = signsItself ? null : await sources.findIssuer(plan.issuerId);
  const isOfClient = version.system && version.slug === intermediateProfile;
  const isOwn = version.system && !isOfClient;
  const findings = readingRules(plan, () =>
    evaluateTbs(
      facts,
      isOfClient
        ? intermediateContext(plan, facts, issuer, sources)
        : isOwn
          ? ownContext(plan, facts, version, issuer, sources)
          : leafContext(plan, version, issuer, sources),
    ),
  );
  const [first] = findings;
  if (first) refuse(codeOf(first, version), messageOf(plan, findings));
  if (!isOwn && !isOfClient && plan.nameBinding === "enforced")
    checkHeldNames(plan, facts.names, sources.names.namesOf(plan.identityId));
  return { plan, facts, isOwn, isOfClient, slug: version.slug, now: sources.now };
}

function readFacts({ id }: StoredPlan, tbs: TbsView): TbsFacts {
  try {
    return readTbsFacts(tbs);
  } catch (error) {
    if (!isAppError(error)) throw error;
    refuse("signer.lint", `${id} wasn't signed. ${error.message}`);
  }
}

/** Rules come from the database, so they may be of any shape: then nothing is signed by them. */
function readingRules<T>({ id }: StoredPlan, evaluate: () => T): T {
  try {
    return evaluate();
  } catch (error) {
    if (isAppError(error) && error.code.startsWith("signer.")) throw error;
    if (isAppError(error)) refuse("signer.lint", `${id} wasn't signed. ${error.message}`);
    refuse(
      "signer.profile",
      `${id} wasn't signed: the rules of its profile can't be read. Save the profile again.`,
    );
  }
}

function leafContext(
  plan: StoredPlan,
  { slug, authorityId, storedRules }: KnownVersion,
  issuer: IssuerFacts | null,
  { names: held, predecessors, publicUrl, now }: EvaluationSources,
): TbsContext {
  const rules = readStoredRules(storedRules);
  const { id, identityName, identityKind, predecessorId } = plan;
  if (rules.kind !== "leaf" || issuer === null)
    refuse(
      "signer.profile",
      `${id} wasn't signed: only Chancery's own profiles are for CAs and responders, and ${slug} isn't one. Use a profile for leaf certificates.`,
    );
  if (authorityId !== plan.issuerId)
    refuse(
      "signer.profile",
      `${id} wasn't signed: the profile ${slug} issues from another CA. Request it again.`,
    );
  if (!rules.identityKinds.some((kind) => kind === identityKind))
    refuse(
      "signer.profile",
      `${id} wasn't signed: the profile ${slug} isn't for a ${identityKind}. Choose a profile for a ${identityKind}.`,
    );
  const names = rowsAsOfPlan(plan, held.namesOf(plan.identityId));
  const identity = { id: plan.identityId, name: identityName, kind: identityKind, names };
  const earlier = predecessorId === null ? null : (predecessors.get(predecessorId) ?? null);
  return {
    rules,
    profileName: slug,
    issuer,
    identity: namesOfIdentity(identity, rules, earlier, false),
    urls: statusUrls(publicUrl, plan.authoritySlug),
    now,
    tolerance: leafTolerance,
  };
}

function ownContext(
  plan: StoredPlan,
  facts: TbsFacts,
  { slug }: KnownVersion,
  issuer: IssuerFacts | null,
  { publicUrl, ownNames, now }: EvaluationSources,
): TbsContext {
  const form = ownFormOf(plan, slug, facts, ownNames);
  const isAuthority = form.rules.kind === "root-ca" || form.rules.kind === "issuing-ca";
  if (issuer === null && !isAuthority)
    refuse("signer.own-form", `${plan.id} wasn't signed: only a root CA signs itself.`);
  return {
    ...form,
    profileName: slug,
    issuer,
    urls: statusUrls(publicUrl, plan.authoritySlug),
    now,
    tolerance: isAuthority ? authorityTolerance : leafTolerance,
  };
}

/** The CA of a client, of a trust domain that its identity holds; `CheckBounds` counts it. */
function intermediateContext(
  plan: StoredPlan,
  facts: TbsFacts,
  issuer: IssuerFacts | null,
  { names: held, publicUrl, now }: EvaluationSources,
): TbsContext {
  if (issuer === null)
    refuse("signer.own-form", `${plan.id} wasn't signed: a CA of a client never signs itself.`);
  const form = intermediateFormOf(plan, facts);
  const rows = rowsAsOfPlan(plan, held.namesOf(plan.identityId));
  if (!holdTrustDomain(rows, form.trustDomain))
    refuse(
      "signer.name-not-held",
      `${plan.id} wasn't signed: ${plan.identityName} doesn't hold spiffe://${form.trustDomain}/*. Add the name to the identity and request the certificate again.`,
    );
  return {
    ...form,
    profileName: intermediateProfile,
    issuer,
    urls: statusUrls(publicUrl, plan.authoritySlug),
    now,
    tolerance: leafTolerance,
  };
}

const lifetimeCodes = /^certificate\.(time|lifetime|validity|issuer-not-valid)|^lint\.validity/;
const constraintCodes =
  /^authority\.path-length|^certificate\.name-constraint|^lint\.(path-length|name-constraints|basic-constraints)/;

function codeOf({ code }: Finding, { slug, system }: KnownVersion): ErrorCode {
  if (system && !slug.endsWith("-ca")) return "signer.own-form";
  if (lifetimeCodes.test(code)) return "signer.lifetime";
  if (constraintCodes.test(code)) return "signer.ca-constraints";
  return code.startsWith("lint.") ? "signer.lint" : "signer.profile";
}

const maxMessages = 5;

function messageOf({ id }: StoredPlan, findings: readonly Finding[]): string {
  const messages = [...new Set(findings.map(({ message }) => message))];
  return `${id} wasn't signed. ${messages.slice(0, maxMessages).join(" ")}`;
}

import { isSignInIdentity } from "@/lib/accounts/is-sign-in-identity";
import { loadIssuer } from "@/lib/authorities/load-issuer";
import type { Issuer } from "@/lib/authorities/load-issuer";
import { rememberBriefly } from "@/lib/authorities/remember-briefly";
import { statusUrls } from "@/lib/authorities/authority-urls";
import type { Deps } from "@/lib/deps";
import { isAppError } from "@/lib/errors/app-error";
import type { Finding } from "@/lib/errors/app-error";
import { findIdentity } from "@/lib/identities/find-identity";
import type { Identity } from "@/lib/identities/find-identity";
import type { Decision } from "@/lib/log/types";
import { parseCsr } from "@/lib/pki/csr";
import { findKeyWeaknesses } from "@/lib/pki/keys";
import { planCertificate } from "@/lib/pki/plan";
import { isError, makeRuleBook } from "@/lib/pki/rule-book";
import type { RuleBook } from "@/lib/pki/rule-book";
import { makeSerial } from "@/lib/pki/serial";
import type { CertificatePlan, DistinguishedName, GeneralName, ParsedCsr } from "@/lib/pki/types";
import { findProfile } from "@/lib/profiles/find-profile";
import type { Profile } from "@/lib/profiles/find-profile";
import { findKey, isKeyCertified } from "./certificates-repository";

export type Predecessor = Readonly<{
  id: string;
  state: string;
  status: string;
  successorId: string | null;
}>;

/** What is asked for, whichever door it came through. */
export type Asked = Readonly<{
  profile: string;
  identity: string;
  csr: string;
  validitySeconds?: number | undefined;
  sans?: readonly GeneralName[] | undefined;
  subject?: DistinguishedName | undefined;
  /** Of a service: the only identity that it may ask for. */
  onlyIdentityId: string | null;
  /** An administrator, or the identity itself: who else had a certificate issued for an identity that signs in could sign in as that person. */
  mayEmpower: boolean;
  /** Set for a rotation. */
  predecessor: Predecessor | null;
}>;

/** A decision with everything that led to it. `plan` is null if a finding of severity error stands in the way of the plan itself. */
export type Decided = Readonly<{
  now: Date;
  csr: ParsedCsr | null;
  profile: Profile | null;
  identity: Identity | null;
  issuer: Issuer | null;
  plan: CertificatePlan | null;
  findings: readonly Finding[];
  decision: Decision;
}>;
type DecideDeps = Pick<Deps, "db" | "clock" | "random" | "publicUrl">;

const memoryMs = 2000;
const recallProfile = rememberBriefly(memoryMs, findProfile);
const recallIdentity = rememberBriefly(memoryMs, findIdentity);

const fail = (code: string, message: string, path: string, clause?: string): Finding => ({
  code,
  message,
  path,
  ...(clause ? { clause } : {}),
});

function judgeProfile(
  profile: Profile | null,
  issuer: Issuer | null,
  asked: Asked,
  book: RuleBook,
): void {
  book.judge(
    "profile-exists",
    asked.profile,
    profile
      ? null
      : fail(
          "profile.not-found",
          "There is no such profile. Name one by its id or slug.",
          "profile",
        ),
  );
  if (!profile) return;
  book.judge(
    "profile-is-active",
    profile.status,
    profile.status === "active"
      ? null
      : fail(
          "profile.retired",
          `The profile ${profile.slug} is retired. Choose another.`,
          "profile",
        ),
  );
  const isActive = issuer?.status === "active";
  book.judge(
    "authority-is-active",
    issuer?.slug ?? "none",
    isActive
      ? null
      : fail(
          "authority.not-active",
          "The authority of this profile does not issue at the moment.",
          "profile",
        ),
  );
}

function judgeIdentity(identity: Identity | null, asked: Asked, book: RuleBook): void {
  const message =
    asked.identity === ""
      ? "Choose the identity that the certificate is bound to."
      : "There is no such identity. Name one by its id.";
  const code = asked.identity === "" ? "identity.required" : "identity.not-found";
  book.judge("identity-exists", asked.identity, identity ? null : fail(code, message, "identity"));
  if (!identity) return;
  const suspended = fail(
    "identity.suspended",
    `${identity.name} is suspended, so it gets no certificate. Activate it first.`,
    "identity",
  );
  book.judge(
    "identity-is-active",
    `${identity.id} ${identity.status}`,
    identity.status === "active" ? null : suspended,
  );
}

async function judgeSignIn(deps: DecideDeps, identity: Identity, book: RuleBook): Promise<void> {
  const signsIn = await isSignInIdentity(deps, identity.id);
  const message = `The certificates of ${identity.name} sign in to the console, so only an administrator has them issued. Ask one.`;
  book.judge(
    "identity-does-not-sign-in",
    identity.id,
    signsIn ? fail("identity.signs-in", message, "identity") : null,
  );
}

function readCsr(text: string, book: RuleBook): ParsedCsr | null {
  try {
    const csr = parseCsr(text);
    book.judge("request-proves-possession", csr.key.text, null);
    return csr;
  } catch (error) {
    if (!isAppError(error)) throw error;
    book.judge(
      "request-proves-possession",
      `${text.length} characters`,
      fail(error.code, error.message, "csr", "RFC 2986"),
    );
    return null;
  }
}

function judgePredecessor({ state, status, successorId }: Predecessor, book: RuleBook): void {
  const isRotatable = state === "issued";
  const message = `Only a certificate in force or expired can be rotated; this one is ${status}. ${state === "held" ? "Release it first." : "Issue a new one instead."}`;
  book.judge(
    "predecessor-is-issued",
    status,
    isRotatable ? null : fail("certificate.state", message, "id"),
  );
  book.judge(
    "predecessor-has-no-successor",
    successorId ?? "none",
    successorId === null
      ? null
      : fail(
          "certificate.has-successor",
          `It was rotated already: its successor is ${successorId}. Rotate that one.`,
          "id",
        ),
  );
}

/** Whose key it is: asked when something is wrong anyway, so that every reason is told, and before a rotation. The database holds it for good. */
async function judgeKey(
  deps: DecideDeps,
  csr: ParsedCsr,
  identity: Identity | null,
  asked: Asked,
  book: RuleBook,
): Promise<void> {
  const key = await findKey(deps.db, csr.key.spkiSha256),
    hex = Buffer.from(csr.key.spkiSha256).toString("hex");
  const isOthers =
    key !== null &&
    (identity
      ? key.identityId !== identity.id
      : asked.onlyIdentityId !== null && key.identityId !== asked.onlyIdentityId);
  const others = fail(
    "key.other-identity",
    "This key belongs to another identity, and a key never changes its owner. Make a new key pair.",
    "csr",
  );
  book.judge("key-has-one-owner", hex, isOthers ? others : null);
  book.judge(
    "key-is-not-blocked",
    hex,
    key?.blocked
      ? fail(
          "key.blocked",
          "This key is blocked: it was reported as compromised. Make a new key pair.",
          "csr",
        )
      : null,
  );
  if (!asked.predecessor) return;
  const isUsed = await isKeyCertified(deps.db, csr.key.spkiSha256);
  book.judge(
    "key-is-new",
    hex,
    isUsed
      ? fail(
          "key.not-new",
          "A rotation needs a new key, and this one has a certificate already. Make a new key pair.",
          "csr",
        )
      : null,
  );
}

type Materials = Readonly<{
  csr: ParsedCsr;
  profile: Profile | null;
  issuer: Issuer | null;
  now: Date;
}>;

function planOf(
  deps: DecideDeps,
  asked: Asked,
  { csr, profile, issuer, now }: Materials,
  book: RuleBook,
): CertificatePlan | null {
  if (!profile || !issuer) {
    book.judge("key-strength", csr.key.text, findKeyWeaknesses(csr.key.spkiDer));
    return null;
  }
  const { plan, findings, rules } = planCertificate({
    rules: profile.rules,
    profileName: profile.slug,
    issuer: issuer.facts,
    csr,
    subject: asked.subject,
    sans: asked.sans,
    serial: makeSerial(deps.random.bytes),
    now,
    validitySeconds: asked.validitySeconds,
    urls: statusUrls(deps.publicUrl, issuer.slug),
  });
  book.findings.push(...findings);
  book.rules.push(...rules);
  return plan;
}

type Found = Readonly<{
  profile: Profile | null;
  identity: Identity | null;
  issuer: Issuer | null;
}>;

/** Chancery's own profiles and identities, and those of others for a service, are as good as absent. */
async function readMaterials(deps: DecideDeps, asked: Asked, fresh: boolean): Promise<Found> {
  const isOwn =
    asked.identity !== "" &&
    (asked.onlyIdentityId === null || asked.onlyIdentityId === asked.identity);
  const [profile, identity] = await Promise.all([
    recallProfile(deps, asked.profile, fresh),
    isOwn ? recallIdentity(deps, asked.identity, fresh) : null,
  ]);
  const usable = profile?.system === false ? profile : null;
  const issuer = usable?.authorityId ? await loadIssuer(deps, usable.authorityId, fresh) : null;
  return { profile: usable, identity: identity?.kind === "system" ? null : identity, issuer };
}

/**
 * Decides a request without signing or storing anything. All reasons come at once. `thorough` reads everything anew and looks up the
 * key's owner; otherwise what was read within the last two seconds may serve, because storing the plan guards it again.
 */
export async function decideIssuing(
  deps: DecideDeps,
  asked: Asked,
  thorough: boolean,
): Promise<Decided> {
  const now = deps.clock.now(),
    book = makeRuleBook();
  const { profile, identity, issuer } = await readMaterials(deps, asked, thorough);
  judgeProfile(profile, issuer, asked, book);
  judgeIdentity(identity, asked, book);
  if (identity && !asked.mayEmpower) await judgeSignIn(deps, identity, book);
  if (asked.predecessor) judgePredecessor(asked.predecessor, book);
  const csr = readCsr(asked.csr, book);
  const plan = csr && planOf(deps, asked, { csr, profile, issuer, now }, book);
  if (csr && (thorough || book.findings.some(isError)))
    await judgeKey(deps, csr, identity, asked, book);
  const decision = { ...(profile ? { profileVersion: profile.version } : {}), rules: book.rules };
  return { now, csr, profile, identity, issuer, plan, findings: book.findings, decision };
}

/** Whether nothing stands in the way. */
export function isAllowed(decided: Decided): boolean {
  return decided.plan !== null && !decided.findings.some(isError);
}

import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import { requireCertificate } from "@/lib/certificates/get-certificate";
import { judgeCertificate } from "@/lib/custody/judge-certificate";
import { canonicalAddress } from "@/lib/custody/networks";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { findIdentity, noSuchIdentity } from "@/lib/identities/find-identity";
import { recordEntry } from "@/lib/log/record";
import { checkRules } from "./check-rules";
import { decideRequest } from "./decide";
import type { DecidingPolicy } from "./decide";
import { findPolicyRow, findUsableCertificates } from "./policies-repository";
import { noSuchPolicy, policyDto, policyTarget } from "./policy-dto";
import type { PolicyDto, PolicyTest, PolicyTestResult } from "./schema";

type TestDeps = Pick<Deps, "db" | "clock" | "random" | "source">;
/** Who would ask: an owner, and one certificate of theirs if there is one. */
type Candidate = Readonly<{
  identityId: string;
  identityKind: string;
  profile: string | null;
  der: Uint8Array | null;
}>;

const unclear = (path: string, message: string): AppError =>
  new AppError("policy.test", message, { findings: [{ code: "policy.test", path, message }] });

async function candidatesOf(
  deps: TestDeps,
  actor: Actor,
  { certificate, identity }: PolicyTest,
): Promise<readonly Candidate[]> {
  if (certificate !== undefined && certificate !== "" && !identity) {
    const row = await requireCertificate(deps, actor, "certificates.read", certificate);
    return [
      {
        identityId: row.identityId,
        identityKind: row.identityKind,
        profile: row.profileSlug,
        der: row.der ?? null,
      },
    ];
  }
  if (!identity || certificate) {
    throw unclear(
      "certificate",
      "Name either a certificate or an identity: the decision is about somebody.",
    );
  }
  const owner = await findIdentity(deps, identity);
  if (!owner) throw noSuchIdentity();
  const usable = await findUsableCertificates(deps.db, owner.id, deps.clock.now());
  const of = { identityId: owner.id, identityKind: owner.kind };
  return usable.length === 0
    ? [{ ...of, profile: null, der: null }]
    : usable.map((one) => ({ ...of, ...one }));
}

async function certificateState(
  deps: TestDeps,
  { der }: Candidate,
  isAny: boolean,
  ip: string | null,
): Promise<PolicyTestResult["certificate"]> {
  if (der === null) {
    return isAny
      ? {
          ok: false,
          code: "certificate.missing",
          message:
            "The identity has no certificate that is valid now, so none of its requests gets here.",
        }
      : {
          ok: false,
          code: "certificate.not-issued",
          message: "The certificate has not been issued, so nobody can show it.",
        };
  }
  const decision = await judgeCertificate(deps, () => [], der, ip);
  return decision.accepted
    ? { ok: true, code: "accepted", message: "The certificate counts now and from this address." }
    : { ok: false, code: decision.code, message: `${decision.title}. ${decision.detail}` };
}

async function answer(
  deps: TestDeps,
  candidate: Candidate,
  policy: DecidingPolicy,
  input: PolicyTest,
): Promise<PolicyTestResult> {
  const ip = input.ip === "" ? null : input.ip,
    { identityId, identityKind, profile } = candidate;
  const certificate = await certificateState(deps, candidate, Boolean(input.identity), ip);
  const decision = decideRequest(policy, {
    identityId,
    identityKind,
    profile,
    method: input.method,
    path: input.path,
    ip,
  });
  return { allowed: certificate.ok && decision.allowed, certificate, policy: decision };
}

const rank = (result: PolicyTestResult): number =>
  result.allowed ? 0 : result.certificate.ok ? 1 : 2;

function policyOf(
  stored: PolicyDto | null,
  rules: DecidingPolicy["rules"] | undefined,
): DecidingPolicy {
  if (rules !== undefined) return { status: "active", version: stored?.version ?? 1, rules };
  if (stored === null) throw noSuchPolicy();
  return stored;
}

/**
 * What forward auth would answer now, and which rule decides. Of an identity the certificate that gets furthest is taken. Rules that come with
 * the question are tried instead of the stored ones, also for a service that has no policy yet. The look is on the record. Errors:
 * `policy.not-found`, `policy.test`, `policy.rules`, `certificate.not-found`, `identity.not-found`.
 */
export async function testPolicy(
  deps: TestDeps,
  actor: Actor,
  ref: string,
  input: PolicyTest,
): Promise<PolicyTestResult> {
  authorize(actor, "policies.read");
  if (input.ip !== "" && canonicalAddress(input.ip) === null)
    throw unclear(
      "ip",
      "This is no address. Write one, such as 10.20.0.7 or 2001:db8::7, or leave it empty.",
    );
  const row = await findPolicyRow(deps.db, ref),
    rules = input.rules && (await checkRules(deps, input.rules));
  const policy = policyOf(row && policyDto(row), rules);
  const results = await Promise.all(
    (await candidatesOf(deps, actor, input)).map((candidate) =>
      answer(deps, candidate, policy, input),
    ),
  );
  const { entryId } = await recordEntry(deps, actor, {
    action: "policy.read",
    outcome: "success",
    target: row && policyTarget(row),
    details: { method: "POST", path: `policies/${row?.id ?? ref}/test` },
  });
  const [best] = results.toSorted((one, other) => rank(one) - rank(other));
  if (best === undefined) throw new TypeError("A test without anybody to test.");
  return { ...best, entryId };
}

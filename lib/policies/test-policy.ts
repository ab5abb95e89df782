import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { getCertificateRow } from "@/lib/certificates/get-certificate";
import { verifyCertificateDer } from "@/lib/client-auth/verify-certificate";
import { AppError } from "@/lib/errors/app-error";
import { findIdentity, identityNotFound } from "@/lib/identities/read-identities";
import { recordEntry } from "@/lib/log/record/record-entry";
import { canonicalAddress } from "@/lib/net/address";
import type { Deps } from "@/lib/runtime/deps";
import { checkRules } from "./check-rules";
import { evaluateWithTrace, type PolicyDefinition } from "./evaluate-policy";
import { noSuchPolicy, policyDto, policyTarget } from "./policy-dto";
import { findPolicyRow, findUsableCertificates } from "./policy-repository";
import type { PolicyDto, PolicyTest, PolicyTestResult } from "./schema";

type TestDeps = Pick<Deps, "db" | "clock" | "recorder">;
/** Who would ask: an owner, and one certificate of theirs if there is one. */
type Candidate = Readonly<{
  identityId: string;
  identityKind: string;
  profile: string | null;
  der: Uint8Array | null;
}>;

const invalidTest = (path: string, message: string): AppError =>
  new AppError("policy.test", message, { findings: [{ code: "policy.test", path, message }] });

async function findCandidates(
  deps: TestDeps,
  actor: Actor,
  { certificate, identity }: PolicyTest,
): Promise<readonly Candidate[]> {
  if (certificate !== undefined && certificate !== "" && !identity) {
    const row = await getCertificateRow(deps, actor, "certificates.read", certificate);
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
    throw invalidTest("certificate", "Choose either a certificate or an identity.");
  }
  const owner = await findIdentity(deps, identity);
  if (!owner) throw identityNotFound();
  const usable = await findUsableCertificates(deps.db, owner.id, deps.clock.now());
  const of = { identityId: owner.id, identityKind: owner.kind };
  return usable.length === 0
    ? [{ ...of, profile: null, der: null }]
    : usable.map((one) => ({ ...of, ...one }));
}

async function checkCertificate(
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
          message: "The certificate has not been issued, so no client can present it.",
        };
  }
  const decision = await verifyCertificateDer(deps, () => [], der, ip, anyProxy);
  return decision.accepted
    ? { ok: true, code: "accepted", message: "The certificate counts now and from this address." }
    : { ok: false, code: decision.code, message: `${decision.title}. ${decision.detail}` };
}

/** The certificate as a proxy would pass it on. */
const anyProxy = { id: "", label: "" };

async function testCandidate(
  deps: TestDeps,
  candidate: Candidate,
  policy: PolicyDefinition,
  input: PolicyTest,
): Promise<PolicyTestResult> {
  const ip = input.ip === "" ? null : input.ip,
    { identityId, identityKind, profile } = candidate;
  const certificate = await checkCertificate(deps, candidate, Boolean(input.identity), ip);
  const decision = evaluateWithTrace(policy, {
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

function policyToTest(
  stored: PolicyDto | null,
  rules: PolicyDefinition["rules"] | undefined,
): PolicyDefinition {
  if (rules !== undefined) return { status: "active", version: stored?.version ?? 1, rules };
  if (stored === null) throw noSuchPolicy();
  return stored;
}

/**
 * What forward auth would answer now, and which rule decides. Of an identity the certificate that
 * gets furthest is taken. Rules that come with the question are tried instead of the stored ones,
 * also for a service that has no policy yet. The test is recorded. Errors: `policy.not-found`,
 * `policy.test`, `policy.rules`, `certificate.not-found`, `identity.not-found`.
 */
export async function testPolicy(
  deps: TestDeps,
  actor: Actor,
  ref: string,
  input: PolicyTest,
): Promise<Recorded<PolicyTestResult>> {
  authorize(actor, "policies.read");
  if (input.ip !== "" && canonicalAddress(input.ip) === null)
    throw invalidTest(
      "ip",
      "This is no address. Write one, such as 10.20.0.7 or 2001:db8::7, or leave it empty.",
    );
  const row = await findPolicyRow(deps.db, ref),
    rules = input.rules && (await checkRules(deps, input.rules));
  const policy = policyToTest(row && policyDto(row), rules);
  const results = await Promise.all(
    (await findCandidates(deps, actor, input)).map((candidate) =>
      testCandidate(deps, candidate, policy, input),
    ),
  );
  const { entryId } = await recordEntry(deps.recorder, actor, {
    action: "policy.read",
    outcome: "success",
    target: row && policyTarget(row),
    details: { method: "POST", path: `policies/${row?.id ?? ref}/test` },
  });
  const [best] = results.toSorted((one, other) => rank(one) - rank(other));
  if (best === undefined) throw new TypeError("The policy test has no certificate or identity.");
  return { result: best, entryId };
}

import { createHash } from "node:crypto";
import type { Actor } from "@/lib/auth/actor";
import { plannedEntry, plannedRow } from "@/lib/certificates/plan-row";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/ids";
import { auditedTransaction, uniqueViolation } from "@/lib/log/audited-transaction";
import { recordEntry } from "@/lib/log/record";
import { signatureAlgorithmOf } from "@/lib/pki/keys";
import { planAuthority } from "@/lib/pki/plan";
import { makeSerial } from "@/lib/pki/serial";
import type { AuthorityKeyAlgorithm, DistinguishedName, PlanResult } from "@/lib/pki/types";
import { describeName } from "@/lib/pki/names";
import { findProfile } from "@/lib/profiles/find-profile";
import type { Profile } from "@/lib/profiles/find-profile";
import { insertAuthority } from "./authorities-repository";
import { authorityTarget } from "./authority-dto";
import { statusUrls } from "./authority-urls";
import type { Issuer } from "./load-issuer";

export type AuthorityPlan = Readonly<{
  name: string;
  slug: string;
  organization: string;
  /** Null makes a root. */
  parent: Issuer | null;
  keyAlgorithm: AuthorityKeyAlgorithm;
  validityYears: number;
  pathLength?: number | null | undefined;
}>;
type PlanDeps = Pick<Deps, "db" | "clock" | "random" | "signer" | "publicUrl">;

const yearMs = 365.25 * 86_400_000,
  roundingMs = 2 * 86_400_000,
  crlPeriodSeconds = 86_400;

/** Years to seconds; an end that passes the parent's by no more than two days was meant as "as long as the parent". */
function validitySeconds(plan: AuthorityPlan, now: Date): number {
  const wanted = plan.validityYears * yearMs;
  const left = plan.parent ? plan.parent.facts.notAfter.getTime() - now.getTime() : Infinity;
  return Math.floor((wanted > left && wanted - left < roundingMs ? left : wanted) / 1000);
}

async function systemProfile(deps: PlanDeps, parent: Issuer | null): Promise<Profile> {
  const slug = parent ? "issuing-ca" : "root-ca",
    profile = await findProfile(deps, slug);
  if (!profile)
    throw new AppError(
      "setup.incomplete",
      `The profile ${slug} is missing. Finish the setup first.`,
      { kind: "conflict" },
    );
  return profile;
}

function decide(
  deps: PlanDeps,
  plan: AuthorityPlan,
  profile: Profile,
  spkiDer: Uint8Array,
  now: Date,
): PlanResult {
  const signatureAlgorithm = plan.parent?.facts.signatureAlgorithm ?? signatureAlgorithmOf(spkiDer);
  if (!signatureAlgorithm) throw new Error(`no authority signs with ${plan.keyAlgorithm}`);
  return planAuthority({
    rules:
      plan.pathLength === undefined
        ? profile.rules
        : { ...profile.rules, pathLength: plan.pathLength },
    subject: subjectOf(plan),
    spkiDer,
    issuer: plan.parent?.facts ?? null,
    signatureAlgorithm,
    serial: makeSerial(deps.random.bytes),
    now,
    validitySeconds: validitySeconds(plan, now),
    urls: plan.parent
      ? statusUrls(deps.publicUrl, plan.parent.slug)
      : { crl: null, ocsp: null, caIssuers: null },
  });
}

const subjectOf = (plan: AuthorityPlan): DistinguishedName => [
  { type: "O", value: plan.organization },
  { type: "CN", value: plan.name },
];

async function refuse(
  deps: PlanDeps,
  actor: Actor,
  plan: AuthorityPlan,
  profile: Profile,
  result: PlanResult,
): Promise<never> {
  const { entryId } = await recordEntry(deps, actor, {
    action: "certificate.refused",
    outcome: "denied",
    reason: result.findings[0]?.code ?? "authority.refused",
    target: plan.parent && authorityTarget(plan.parent),
    decision: { profileVersion: profile.version, rules: result.rules },
    details: {
      profile: profile.slug,
      identity: plan.slug,
      subject: describeName(subjectOf(plan)),
      findings: result.findings,
    },
  });
  throw new AppError(
    "authority.refused",
    "This authority cannot be made; every reason is listed.",
    { findings: result.findings, details: { entryId } },
  );
}

function refuseTaken(error: unknown, plan: AuthorityPlan): never {
  if (uniqueViolation(error) === null) throw error;
  const message = `There is an authority with the slug ${plan.slug} already. Choose another; it stands in addresses.`;
  throw new AppError("authority.exists", message, {
    kind: "conflict",
    findings: [{ code: "authority.exists", path: "slug", message }],
    cause: error,
  });
}

/**
 * Begins an authority: its key is made and sealed in the signer, its certificate planned, and all of it recorded in one transaction. Nothing
 * is signed yet. Returns the ids of the authority and of its planned certificate. Errors: `authority.refused`, `authority.exists`.
 */
export async function beginAuthority(
  deps: PlanDeps,
  actor: Actor,
  plan: AuthorityPlan,
): Promise<{ authorityId: string; certificateId: string }> {
  const profile = await systemProfile(deps, plan.parent);
  const { spkiDer, sealed } = await deps.signer.createKey(plan.keyAlgorithm);
  const now = deps.clock.now(),
    randomBytes = deps.random.bytes;
  const result = decide(deps, plan, profile, spkiDer, now);
  if (!result.plan) return refuse(deps, actor, plan, profile, result);
  const id = newId("ca", now, randomBytes),
    parentId = plan.parent?.id ?? null;
  const key = {
    id: newId("key", now, randomBytes),
    algorithm: plan.keyAlgorithm,
    spkiDer,
    sealed,
    createdAt: now,
  };
  const authority = {
    id,
    slug: plan.slug,
    name: plan.name,
    kind: plan.parent ? "issuing" : "root",
    status: "pending",
    keyAlgorithm: plan.keyAlgorithm,
    keyId: key.id,
    parentId,
    certificateId: null,
    certificateDer: null,
    subjectText: result.plan.subjectText,
    notAfter: null,
    crlPeriodSeconds,
    createdAt: now,
  };
  const identity = {
    id: newId("idn", now, randomBytes),
    kind: "system",
    name: `Authority ${plan.slug}`,
    owner: "Chancery",
    status: "active",
    note: "",
    networks: [],
    createdAt: now,
    changedAt: now,
  };
  const row = plannedRow(result.plan, {
    issuerId: parentId ?? id,
    profile,
    identityId: identity.id,
    csrDer: null,
    requestedBy: actor.label,
    predecessorId: null,
    now,
    randomBytes,
  });
  const spkiSha256 = createHash("sha256").update(spkiDer).digest("hex");
  await auditedTransaction(deps, actor, async (tx) => {
    await insertAuthority(tx, { authority, key, identity, plan: row });
    return {
      result: null,
      entries: [
        {
          action: "authority.created",
          outcome: "success",
          target: authorityTarget(authority),
          details: { slug: plan.slug, keyAlgorithm: plan.keyAlgorithm, parentId, spkiSha256 },
        },
        {
          action: "identity.created",
          outcome: "success",
          target: { kind: "identity", id: identity.id, label: identity.name },
          details: { kind: "system", owner: identity.owner },
        },
        plannedEntry(row, { profileVersion: profile.version, rules: result.rules }, null),
      ],
    };
  }).catch((error: unknown) => refuseTaken(error, plan));
  return { authorityId: id, certificateId: row.id };
}

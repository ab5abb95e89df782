import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { assertRoom } from "@/lib/log/back-pressure";
import { encodeEntry } from "@/lib/log/entry";
import { accountFor, makeNumbered } from "@/lib/log/numbered";
import { certificateDto } from "./certificate-dto";
import { decideIssuing, isAllowed } from "./decide-issuing";
import type { Asked, Decided } from "./decide-issuing";
import { finishIssuing } from "./finish-issuing";
import type { Finished } from "./finish-issuing";
import { storePlan } from "./issuing-repository";
import { plannedEntry, plannedRow, sha256Bytes } from "./plan-row";
import { refuseIssuing } from "./refuse-issuing";
import type { CertificateDto } from "./schema";
import type { PlannedRow } from "./types";

type ObtainDeps = Pick<Deps, "db" | "clock" | "random" | "signer" | "publicUrl" | "source">;
type Allowed = Decided &
  Readonly<{ [K in "plan" | "profile" | "identity" | "issuer" | "csr"]: NonNullable<Decided[K]> }>;

const attempts = 4;

function requireAllowed(decided: Decided): Allowed {
  if (!decided.plan || !decided.profile || !decided.identity || !decided.issuer || !decided.csr)
    throw new Error("unreachable: an allowed decision is whole");
  return decided as Allowed;
}

/** Commits the plan with its entry. Null if something changed between the decision and the commit. */
async function commitPlan(
  deps: ObtainDeps,
  actor: Actor,
  asked: Asked,
  allowed: Allowed,
  supersedeAt: Date | null,
): Promise<PlannedRow | null> {
  assertRoom(deps.db, actor);
  const { plan, profile, identity, issuer, csr, now } = allowed;
  const row = plannedRow(plan, {
    issuerId: issuer.id,
    profile,
    identityId: identity.id,
    csrDer: csr.der,
    requestedBy: actor.label,
    predecessorId: asked.predecessor?.id ?? null,
    now,
    randomBytes: deps.random.bytes,
  });
  const entry = makeNumbered(deps, actor, plannedEntry(row, allowed.decision, supersedeAt), now);
  return (await accountFor(deps, entry, async () =>
    storePlan(deps.db, { row, entry: encodeEntry(entry) }),
  ))
    ? row
    : null;
}

function answer(
  row: PlannedRow,
  allowed: Allowed,
  { der, issuedAt, entryId }: Finished,
): CertificateDto {
  const { profile, identity, issuer, findings, decision } = allowed;
  const full = {
    ...row,
    state: "issued",
    fingerprintSha256: sha256Bytes(der),
    profileSlug: profile.slug,
    identityName: identity.name,
    identityKind: identity.kind,
    issuerSlug: issuer.slug,
    revokedAt: null,
    revocationReason: null,
    revocationComment: null,
    invalidityDate: null,
    successorId: null,
    supersedeAt: null,
    issuedAt,
    der,
  };
  return {
    ...certificateDto(full, issuer.chainPem, issuedAt),
    findings,
    decision,
    ...(entryId ? { entryId } : {}),
  };
}

/**
 * Decides, commits the plan with its entry, has it signed, commits the certificate with its entry, and only then answers. A quick decision
 * may rest on what was read a moment ago; before a refusal, and whenever the database's guards disagree, everything is read anew.
 */
export async function obtainCertificate(
  deps: ObtainDeps,
  actor: Actor,
  asked: Asked,
  overlapSecondsOf: (decided: Decided) => number | null,
): Promise<CertificateDto> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const thorough = attempt > 0 || asked.predecessor !== null;
    const decided = await decideIssuing(deps, asked, thorough);
    if (!isAllowed(decided) || !decided.identity) {
      if (thorough) return refuseIssuing(deps, actor, asked, decided);
      continue;
    }
    const allowed = requireAllowed(decided),
      overlap = overlapSecondsOf(decided);
    const supersedeAt = overlap === null ? null : new Date(decided.now.getTime() + overlap * 1000);
    const row = await commitPlan(deps, actor, asked, allowed, supersedeAt);
    if (row) return answer(row, allowed, await finishIssuing(deps, actor, { ...row, supersedeAt }));
  }
  throw new AppError(
    "certificate.contended",
    "Others changed what this request depends on, several times over. Ask again in a moment.",
    { kind: "unavailable", retryAfterSeconds: 1 },
  );
}

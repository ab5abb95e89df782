import { systemActor } from "@/lib/auth/actor";
import { loadIssuer } from "@/lib/authorities/load-issuer";
import { statusUrls } from "@/lib/authorities/authority-urls";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { findSystemIdentity } from "@/lib/identities/find-identity";
import { ownIdentityNames } from "@/lib/identities/own-identities";
import type { OwnPurpose } from "@/lib/identities/own-identities";
import { newId } from "@/lib/ids";
import { encodeEntry } from "@/lib/log/entry";
import { accountFor, makeNumbered } from "@/lib/log/numbered";
import { inspectPublicKey } from "@/lib/pki/keys";
import { toPem } from "@/lib/pki/pem";
import { planCertificate } from "@/lib/pki/plan";
import { makeSerial } from "@/lib/pki/serial";
import type { DistinguishedName, GeneralName, ParsedCsr, PlanResult } from "@/lib/pki/types";
import { findProfile } from "@/lib/profiles/find-profile";
import { finishIssuing } from "./finish-issuing";
import { storePlan } from "./issuing-repository";
import { plannedEntry, plannedRow } from "./plan-row";

export type OwnKey = Readonly<{
  authorityId: string;
  spkiDer: Uint8Array;
  purpose: OwnPurpose;
  dnsNames?: readonly string[];
  ips?: readonly string[];
}>;
export type OwnCertificate = Readonly<{
  id: string;
  der: Uint8Array;
  pem: string;
  chainPem: string;
  notBefore: Date;
  notAfter: Date;
}>;

const notReady = (what: string): AppError =>
  new AppError("authority.not-active", `${what}, so Chancery's own key cannot be certified yet.`, {
    kind: "unavailable",
    retryAfterSeconds: 5,
  });

/** The key was made in this process a moment ago, so it needs no signing request to prove that it is held. */
function ownRequest(key: OwnKey, authoritySlug: string): Pick<ParsedCsr, "subject" | "sans"> {
  const sans: GeneralName[] = [
    ...(key.dnsNames ?? []).map((value) => ({ type: "dns", value }) as const),
    ...(key.ips ?? []).map((value) => ({ type: "ip", value }) as const),
  ];
  const name =
    key.purpose === "ocsp-responder"
      ? `OCSP responder of ${authoritySlug}`.slice(0, 64)
      : (sans[0]?.value ?? "Chancery").slice(0, 64);
  const subject: DistinguishedName = [{ type: "CN", value: name }];
  return { subject, sans };
}

function requirePlan(result: PlanResult): NonNullable<PlanResult["plan"]> {
  if (result.plan) return result.plan;
  throw new AppError(
    "certificate.refused",
    `Chancery's own certificate breaks a rule: ${result.findings.map((finding) => finding.message).join(" ")}`,
    { findings: result.findings },
  );
}

/**
 * Certifies a key that this process made in its memory: an OCSP responder's (a week) or Chancery's own HTTPS (thirty days). The same two steps
 * and the same record as any other certificate. Errors: `authority.not-active`, `certificate.refused`, those of the signer.
 */
export async function certifyOwnKey(deps: Deps, key: OwnKey): Promise<OwnCertificate> {
  const [issuer, profile, identity] = await Promise.all([
    loadIssuer(deps, key.authorityId, true),
    findProfile(deps, key.purpose),
    findSystemIdentity(deps, ownIdentityNames[key.purpose]),
  ]);
  if (issuer?.status !== "active") throw notReady("The authority is not active");
  if (!profile || !identity) throw notReady("The setup is not complete");
  const now = deps.clock.now(),
    randomBytes = deps.random.bytes,
    actor = systemActor(key.purpose, newId("req", now, randomBytes));
  const { subject, sans } = ownRequest(key, issuer.slug);
  const csr: ParsedCsr = {
    der: new Uint8Array(),
    subject,
    subjectText: "",
    sans,
    key: inspectPublicKey(key.spkiDer),
    ignoredExtensions: [],
  };
  const result = planCertificate({
    rules: profile.rules,
    profileName: profile.slug,
    issuer: issuer.facts,
    csr,
    serial: makeSerial(randomBytes),
    now,
    urls: statusUrls(deps.publicUrl, issuer.slug),
  });
  const plan = requirePlan(result);
  const row = plannedRow(plan, {
    issuerId: issuer.id,
    profile,
    identityId: identity.id,
    csrDer: null,
    requestedBy: actor.label,
    predecessorId: null,
    now,
    randomBytes,
  });
  const entry = makeNumbered(
    deps,
    actor,
    plannedEntry(row, { profileVersion: profile.version, rules: result.rules }, null),
    now,
  );
  if (
    !(await accountFor(deps, entry, async () =>
      storePlan(deps.db, { row, entry: encodeEntry(entry) }),
    ))
  )
    throw notReady("Something changed while the plan was stored");
  const { der } = await finishIssuing(deps, actor, { ...row, supersedeAt: null });
  return {
    id: row.id,
    der,
    pem: toPem("CERTIFICATE", der),
    chainPem: issuer.chainPem,
    notBefore: plan.notBefore,
    notAfter: plan.notAfter,
  };
}

import { systemActor } from "@/lib/access/actor";
import { statusUrls } from "@/lib/pki/authority-urls";
import { findIssuer } from "@/lib/authorities/find-issuer";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { bindOwnHosts } from "@/lib/names/bind-own-hosts";
import {
  findIdentity,
  findSystemIdentity,
  internalIdentityNames,
  type InternalPurpose,
} from "@/lib/identities/read-identities";
import { encodeEntry } from "@/lib/log/entry";
import { trackCommit, makeNumberedEntry } from "@/lib/log/record/entry-numbers";
import { inspectPublicKey } from "@/lib/pki/keys";
import type { IdentityNames } from "@/lib/pki/names-request";
import { toPem } from "@/lib/pki/pem";
import { planCertificate } from "@/lib/pki/plan";
import { makeSerial } from "@/lib/pki/serial";
import type {
  CertificatePlan,
  GeneralName,
  ParsedCsr,
  PlanResult,
  ProfileRules,
} from "@/lib/pki/types";
import { findProfile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import { plannedEntry, plannedRow } from "./issuance-plan";
import { storePlan } from "./issuance-repository";
import { signPlan } from "./sign-plan";

/** A key that a process of Chancery generated in its memory, and what it is for. */
export type InternalKey = Readonly<{
  authorityId: string;
  spkiDer: Uint8Array;
  purpose: InternalPurpose;
  dnsNames?: readonly string[];
  ips?: readonly string[];
}>;
export type InternalCertificate = Readonly<{
  id: string;
  der: Uint8Array;
  pem: string;
  chainPem: string;
  notBefore: Date;
  notAfter: Date;
}>;

/**
 * Issues a certificate for a key that this process holds: for an OCSP responder (valid for a week)
 * or Chancery's own HTTPS (thirty days), with the same two steps and entries as any other
 * certificate. Errors: `authority.not-ready`, `certificate.refused`, `record.unavailable`, those of
 * the signer.
 */
export async function issueInternalCertificate(
  deps: Deps,
  key: InternalKey,
): Promise<InternalCertificate> {
  const [issuer, profile, identity] = await Promise.all([
    findIssuer(deps, key.authorityId, true),
    findProfile(deps, key.purpose),
    findSystemIdentity(deps, internalIdentityNames[key.purpose]),
  ]);
  if (issuer?.status !== "active") throw notReady("The CA is not active yet");
  if (!profile || !identity) throw notReady("The setup is not finished");
  const now = deps.clock.now();
  const randomBytes = deps.random.bytes;
  const actor = systemActor(key.purpose, newId("req", now, randomBytes));
  const csr = requestFor(key, issuer.slug);
  const result = planCertificate({
    rules: rulesFor(key, profile.rules),
    profileName: profile.slug,
    issuer: issuer.facts,
    csr,
    identity: ownNames(csr),
    serial: makeSerial(randomBytes),
    now,
    urls: statusUrls(deps.publicUrl, issuer.slug),
  });
  const plan = getPlan(result);
  const holder = await findIdentity(deps, identity.id);
  if (holder && key.purpose === "console-tls") await bindOwnHosts(deps, actor, holder, plan.sans);
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
  const decision = { profileVersion: profile.version, rules: result.rules };
  const entry = makeNumberedEntry(deps.recorder, actor, plannedEntry(row, decision, null), now);
  const isStored = await trackCommit(deps.recorder, [entry], () =>
    storePlan(deps.db, {
      row,
      identityEpoch: identity.epoch,
      entry: encodeEntry(entry),
      claim: null,
    }),
  );
  if (!isStored) throw notReady("The profile or CA changed at the same moment");
  const { der } = await signPlan(deps, actor, { ...row, supersedeAt: null });
  return {
    id: row.id,
    der,
    pem: toPem("CERTIFICATE", der),
    chainPem: issuer.chainPem,
    notBefore: plan.notBefore,
    notAfter: plan.notAfter,
  };
}

const notReady = (why: string): AppError =>
  new AppError(
    "authority.not-ready",
    `${why}, so Chancery's own certificate can't be issued yet. It is retried automatically.`,
    { retryAfterSeconds: 5 },
  );

/** The names that this process is configured with are allowed, whatever an older version stored. */
const rulesFor = (key: InternalKey, rules: ProfileRules): ProfileRules => ({
  ...rules,
  san: {
    ...rules.san,
    dnsPatterns: key.dnsNames ?? [],
    ipRanges: (key.ips ?? []).map((ip) => `${ip}/${ip.includes(":") ? 128 : 32}`),
  },
});

/**
 * Chancery's own names don't depend on rules for other identities: HTTPS must not stop over them.
 */
function ownNames({ subject, sans }: ParsedCsr): IdentityNames {
  const commonNames = subject.map(({ value }) => value);
  return { commonNames, offered: [], earlier: { commonNames, sans }, isSelfService: false };
}

/** In place of a CSR: this process generated the key, so possession needs no proof. */
function requestFor(key: InternalKey, authoritySlug: string): ParsedCsr {
  const sans: GeneralName[] = [
    ...(key.dnsNames ?? []).map((value) => ({ type: "dns", value }) as const),
    ...(key.ips ?? []).map((value) => ({ type: "ip", value }) as const),
  ];
  const commonName =
    key.purpose === "ocsp-responder"
      ? `OCSP responder of ${authoritySlug}`.slice(0, 64)
      : (sans[0]?.value ?? "Chancery");
  return {
    der: new Uint8Array(),
    subject: commonName.length > 64 ? [] : [{ type: "CN", value: commonName }],
    subjectText: "",
    sans,
    key: inspectPublicKey(key.spkiDer),
    ignoredExtensions: [],
    ignoredAttributes: [],
  };
}

function getPlan({ plan, findings }: PlanResult): CertificatePlan {
  if (plan) return plan;
  const problems = findings.map((finding) => finding.message).join(" ");
  throw new AppError(
    "certificate.refused",
    `Chancery's own certificate violates a rule: ${problems}`,
    { findings },
  );
}

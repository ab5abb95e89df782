import { notFound } from "next/navigation";
import type { ChainLink } from "@/components/certificates/chain-tree";
import { authorityKindLabels } from "@/components/authorities/shared/authority-state";
import { certificateName } from "@/components/certificates/certificate-name";
import type { Actor } from "@/lib/access/actor";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { getCertificate } from "@/lib/certificates/get-certificate";
import { previewRevocation } from "@/lib/certificates/preview-revocation";
import type { CertificateDto } from "@/lib/certificates/schema";
import { listUses } from "@/lib/custody/list-uses";
import { listCustody } from "@/lib/custody/list-timeline";
import { getLogState } from "@/lib/log/live/get-log-state";
import { describeCertificate } from "@/lib/pki/describe";
import { derOf } from "@/lib/pki/pem";
import { listAuthorityChoices, type AuthorityChoice } from "@/lib/authorities/read-authorities";
import { explainPower } from "@/lib/identities/power";
import { getIdentity } from "@/lib/identities/read-identities";
import { listProfileChoices, type ProfileChoice } from "@/lib/profiles/read-profiles";
import type { SuccessorRules } from "@/components/certificates/rotate-dialog";
import { nullIfNotFound } from "@/app/(console)/null-if-not-found";

/**
 * Loads everything that the page of a certificate shows, in parallel. Shows the not-found page if
 * the certificate doesn't exist.
 */
export async function loadCertificate(id: string) {
  const { actor, deps } = await openPage("certificates.read", {
    action: "certificate.read",
    target: { kind: "certificate", id, label: id },
  });
  const certificate = await nullIfNotFound(getCertificate(deps, actor, id));
  if (certificate === null) notFound();
  const may = mayOf(actor);
  const [authorities, custody, figures, profiles, log, uses, identity] = await Promise.all([
    listAuthorityChoices(deps, actor),
    listCustody(deps, actor, certificate.id),
    may.revoke ? previewRevocation(deps, actor, certificate.id) : null,
    listProfileChoices(deps, actor),
    may.audit ? getLogState(deps, actor) : null,
    may.custody ? listUses(deps, actor, { certificate: certificate.id }) : [],
    getIdentity(deps, actor, certificate.identity.id),
  ]);
  const mayRequestRotation =
    scopeOf(actor.role, "certificates.rotate") === "all" && identity.kind !== "system";
  return {
    // Null without permission to read the log. A checkpoint covers the entries below its size.
    log:
      log === null
        ? null
        : {
            checkpointSize: log.checkpoint?.size ?? null,
            indexedTo: log.indexedTo,
            size: log.size,
          },
    certificate,
    custody,
    uses,
    figures,
    may: {
      ...may,
      requestRotation: mayRequestRotation,
      withdrawRotation:
        mayRequestRotation &&
        Object.keys(explainPower(actor, identity, ["cancel-rotation-request"])).length === 0,
      denied: explainPower(actor, identity, ["rotate", "hold", "release", "revoke"]),
      typedWord: identity.powers.includes("chancery") ? "revoke" : undefined,
    },
    now: deps.clock.now(),
    chain: chainOf(certificate, authorities),
    extensions:
      certificate.pem === null
        ? null
        : describeCertificate(derOf(certificate.pem, "CERTIFICATE")).extensions,
    successorRules: successorRulesOf(
      certificate,
      profiles.find(({ id: one }) => one === certificate.profile.id) ?? null,
    ),
  };
}

/** What a successor has to fit; a profile that is gone allows no key. */
function successorRulesOf(
  { sans, commonName }: CertificateDto,
  profile: ProfileChoice | null,
): SuccessorRules {
  const names = { names: sans, commonName };
  if (profile === null)
    return {
      overlapSeconds: 0,
      keyAlgorithms: [],
      serverKeys: false,
      commonName: "optional",
      names,
    };
  const { rotationOverlapSeconds, keyAlgorithms, serverKeys = false, subject } = profile.rules;
  return {
    overlapSeconds: rotationOverlapSeconds,
    keyAlgorithms,
    serverKeys,
    commonName: subject.commonName,
    names,
  };
}

function mayOf({
  role,
}: Actor): Readonly<{ rotate: boolean; revoke: boolean; audit: boolean; custody: boolean }> {
  const may = (
    permission: "certificates.rotate" | "certificates.revoke" | "audit.read" | "custody.read",
  ) => scopeOf(role, permission) !== "none";
  return {
    rotate: may("certificates.rotate"),
    revoke: may("certificates.revoke"),
    audit: may("audit.read"),
    custody: may("custody.read"),
  };
}

/**
 * The certificate chain from the root CA down. A CA's own certificate is shown once.
 */
function chainOf(
  certificate: CertificateDto,
  authorities: readonly AuthorityChoice[],
): readonly ChainLink[] {
  const links: ChainLink[] = [];
  let next = authorities.find(({ id }) => id === certificate.authority.id);
  while (next !== undefined && links.length < 8) {
    const { id, name, kind, notAfter, parentId, certificateId } = next;
    if (certificateId !== certificate.id)
      links.unshift({
        id,
        name,
        kind,
        notAfter,
        label: authorityKindLabels[kind],
        href: `/authorities/${id}`,
      });
    next = authorities.find((one) => one.id === parentId);
  }
  return [
    ...links,
    {
      id: certificate.id,
      name: certificateName(certificate),
      kind: "leaf",
      label: "This certificate",
      href: null,
      notAfter: certificate.notAfter,
    },
  ];
}

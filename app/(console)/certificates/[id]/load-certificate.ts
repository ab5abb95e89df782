import { notFound } from "next/navigation";
import type { ChainLink } from "@/components/certificates/chain-tree";
import { certificateName } from "@/components/certificates/certificate-table";
import type { Actor } from "@/lib/auth/actor";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/auth/permissions";
import { listAuthorities } from "@/lib/authorities/list-authorities";
import type { AuthorityDto } from "@/lib/authorities/schema";
import { getCertificate } from "@/lib/certificates/get-certificate";
import { previewRevocation } from "@/lib/certificates/preview-revocation";
import type { CertificateDto } from "@/lib/certificates/schema";
import { listUses } from "@/lib/custody/list-uses";
import { listCustody } from "@/lib/log/custody";
import { getLogState } from "@/lib/log/get-log-state";
import { describeCertificate } from "@/lib/pki/describe";
import { derOf } from "@/lib/pki/pem";
import { getProfile } from "@/lib/profiles/get-profile";
import { orNull } from "../../identity-name";

/** Everything that the page of one certificate shows, read side by side. Shows the page for what is missing if there is none. */
export async function loadCertificate(id: string) {
  const { actor, deps } = await openPage("certificates.read", {
    action: "certificate.read",
    target: { kind: "certificate", id, label: id },
  });
  const certificate = await orNull(getCertificate(deps, actor, id));
  if (certificate === null) notFound();
  const may = mayOf(actor);
  const [authorities, custody, figures, profile, log, uses] = await Promise.all([
    listAuthorities(deps, actor),
    listCustody(deps, actor, certificate.id),
    may.revoke ? previewRevocation(deps, actor, certificate.id) : null,
    orNull(getProfile(deps, actor, certificate.profile.id)),
    may.audit ? getLogState(deps, actor) : null,
    may.custody ? listUses(deps, actor, { certificate: certificate.id }) : [],
  ]);
  return {
    // Null for those who may not read the log. Entries below `checkpointSize` are sealed.
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
    may,
    now: deps.clock.now(),
    chain: chainOf(certificate, authorities.items),
    extensions:
      certificate.pem === null
        ? null
        : describeCertificate(derOf(certificate.pem, "CERTIFICATE")).extensions,
    overlapSeconds: profile?.rules.rotationOverlapSeconds ?? 0,
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

/** The links from the root down to the certificate. An authority's own certificate is shown once. */
export function chainOf(
  certificate: CertificateDto,
  authorities: readonly AuthorityDto[],
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
        word: kind === "root" ? "Root authority" : "Issuing authority",
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
      word: "This certificate",
      href: null,
      notAfter: certificate.notAfter,
    },
  ];
}

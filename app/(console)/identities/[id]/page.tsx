import { FileKey2 } from "lucide-react";
import { notFound } from "next/navigation";
import { AcmeCard } from "@/components/acme/acme-card";
import { RevokeAll } from "@/components/certificates/bulk/revoke-all";
import { CertificateTable } from "@/components/certificates/shared/certificate-table";
import { CertificateUses } from "@/components/custody/certificate-uses";
import { EnrollmentCard } from "@/components/enrollment/enrollment-card";
import { IdentityActions } from "@/components/identities/identity-actions";
import { IdentityDetails } from "@/components/identities/identity-details";
import { IdentityState } from "@/components/identities/identity-table";
import { NamesCard } from "@/components/names/names-card";
import { PowerBanner } from "@/components/identities/power-banner";
import { kindLabels } from "@/components/shared/identity-kinds";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Stack } from "@/components/ui/layout";
import { Link } from "@/components/ui/link";
import { PageHeader } from "@/components/ui/page-header";
import { getAccountOfIdentity } from "@/lib/accounts/read-accounts";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { listCertificates } from "@/lib/certificates/list-certificates";
import type { CertificateList } from "@/lib/certificates/schema";
import { listUses } from "@/lib/custody/list-uses";
import { plural } from "@/lib/format/count";
import { explainPower } from "@/lib/identities/power";
import { getIdentity } from "@/lib/identities/read-identities";
import type { IdentityDto } from "@/lib/identities/schema";
import { nullIfNotFound } from "@/app/(console)/null-if-not-found";
import { previewBulk, startBulk } from "@/app/(console)/certificates/bulk/actions";
import { createKey, revokeKey } from "@/app/(console)/identities/acme-actions";
import { createSecret, revokeSecret } from "@/app/(console)/identities/enrollment-actions";
import { activate, find, suspend, update } from "@/app/(console)/identities/actions";
import { change, previewRelease, share, transfer } from "@/app/(console)/identities/name-actions";
import { loadAcme } from "./load-acme";
import { loadEnrollment } from "./load-enrollment";
import { loadSharedWith } from "./load-names";

export const metadata = { title: "Identity" };

export default async function IdentityPage({
  params,
}: Readonly<{ params: Promise<{ id: string }> }>) {
  const { id } = await params;
  const { actor, deps } = await openPage("identities.read", {
    action: "identity.read",
    target: { kind: "identity", id, label: id },
  });
  const identity = await nullIfNotFound(getIdentity(deps, actor, id));
  if (identity === null) notFound();
  const mayWatch = scopeOf(actor.role, "custody.read") !== "none";
  const mayRevoke =
    scopeOf(actor.role, "certificates.revoke") === "all" && identity.kind !== "system";
  const [list, valid, uses, sharedWith, acme, enrollment] = await Promise.all([
    listCertificates(deps, actor, { identity: id, limit: 20 }),
    listCertificates(deps, actor, { identity: id, state: "valid", limit: 1 }),
    mayWatch ? listUses(deps, actor, { identity: id }) : [],
    loadSharedWith(deps, actor, identity),
    loadAcme(deps, actor, identity),
    loadEnrollment(deps, actor, identity),
  ]);
  const may = {
    write: scopeOf(actor.role, "identities.write") !== "none",
    issue: scopeOf(actor.role, "certificates.issue") !== "none",
    denied: explainPower(actor, identity, ["issue", "rename", "suspend", "activate", "names"]),
  };
  const account =
    identity.kind === "person" && scopeOf(actor.role, "accounts.read") !== "none"
      ? await getAccountOfIdentity(deps, actor, id)
      : undefined;
  return (
    <>
      <PageHeader
        title={identity.name}
        badge={<IdentityState status={identity.status} />}
        crumbs={[{ label: "Identities", href: "/identities" }]}
        description={`${kindLabels[identity.kind]}, owned by ${identity.owner}.`}
        action={
          <IdentityActions identity={identity} actions={{ update, suspend, activate }} may={may} />
        }
      />
      <Stack>
        <PowerBanner
          powers={identity.powers}
          account={account}
          restricted={actor.role !== "admin"}
        />
        <IdentityDetails identity={identity} account={account} />
        <IdentityCertificates
          identity={identity}
          list={list}
          now={deps.clock.now()}
          valid={mayRevoke ? valid.total : null}
        />
        <NamesCard
          identity={identity}
          sharedWith={sharedWith}
          actions={{ change, transfer, share, previewRelease, findIdentities: find }}
          may={{
            write: may.write && identity.kind !== "system",
            manage: scopeOf(actor.role, "names.manage") !== "none",
            denied: may.denied.names,
          }}
        />
        {acme && <AcmeCard {...acme} actions={{ create: createKey, revoke: revokeKey }} />}
        {enrollment && (
          <EnrollmentCard
            {...enrollment}
            actions={{ create: createSecret, revoke: revokeSecret }}
          />
        )}
        {mayWatch && <CertificateUses uses={uses} linked={false} />}
      </Stack>
    </>
  );
}

type CertificatesProps = Readonly<{
  identity: IdentityDto;
  list: CertificateList;
  now: Date;
  /** Of how many all can be revoked; null if the role can't. */
  valid: CertificateList["total"] | null;
}>;

function IdentityCertificates({ identity: { id, name }, list, now, valid }: CertificatesProps) {
  return (
    <Card
      title="Certificates"
      padding="flush"
      aside={
        <span className="flex flex-wrap items-center gap-3">
          {list.total.count > 20 && (
            <Link href={`/certificates?identity=${id}`}>
              View all {plural(list.total.count, "certificate")}
            </Link>
          )}
          {valid && (
            <RevokeAll
              identityId={id}
              valid={valid}
              actions={{ preview: previewBulk, start: startBulk }}
            />
          )}
        </span>
      }
    >
      <CertificateTable
        bare
        withIdentity={false}
        caption={`Certificates of ${name}`}
        items={list.items}
        now={now}
        empty={
          <EmptyState icon={<FileKey2 aria-hidden />} title="No certificates yet">
            Certificates issued for this identity appear here.
          </EmptyState>
        }
      />
    </Card>
  );
}

import { notFound } from "next/navigation";
import { publish } from "@/app/(console)/authorities/actions";
import { createPermission, revokePermission } from "@/app/(console)/authorities/permission-actions";
import { find, power } from "@/app/(console)/identities/actions";
import { AuthorityActions } from "@/components/authorities/authority-actions";
import { AuthorityFacts, CrlCard, UrlCard } from "@/components/authorities/authority-facts";
import { AuthoritySummary } from "@/components/authorities/authority-summary";
import { AuthorityTree } from "@/components/authorities/authority-tree";
import { CeilingCard, ConfirmationNotice } from "@/components/authorities/ceiling-card";
import { InstallRootCard } from "@/components/authorities/install-root-card";
import { IssuingProfilesCard } from "@/components/authorities/issuing-profiles-card";
import {
  AuthorityState,
  authorityKindLabels,
} from "@/components/authorities/shared/authority-state";
import { CreatePermission } from "@/components/ca-permissions/create-permission";
import { PermissionCard } from "@/components/ca-permissions/permission-card";
import { keyAlgorithmLabel } from "@/components/shared/key-algorithm-label";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { Grid, Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { scopeOf } from "@/lib/access/permissions";
import { openPage } from "@/lib/auth/page";
import { listAuthorities } from "@/lib/authorities/read-authorities";
import { listCaPermissions } from "@/lib/ca-permissions/read-permissions";
import { countExpiring } from "@/lib/certificates/count-expiring";
import { listProfiles } from "@/lib/profiles/read-profiles";

export const metadata = { title: "Authority" };

export default async function AuthorityPage({
  params,
}: Readonly<{ params: Promise<{ id: string }> }>) {
  const { id } = await params;
  const { actor, deps } = await openPage("authorities.read", {
    action: "authority.read",
    target: { kind: "authority", id, label: id },
  });
  const [{ items }, expiring, profiles] = await Promise.all([
    listAuthorities(deps, actor),
    countExpiring(deps, actor),
    listProfiles(deps, actor),
  ]);
  const authority = items.find((one) => one.id === id || one.slug === id);
  if (!authority) notFound();
  const permissions = await listCaPermissions(deps, actor, { authority: authority.id });
  // A CA that signs no CA certificates gives none of them away either.
  const mayHaveCas =
    authority.status === "active" &&
    (authority.kind === "root" || items.some(({ parentId }) => parentId === authority.id));
  const now = deps.clock.now();
  const may = {
    revoke: scopeOf(actor.role, "certificates.revoke") === "all",
    publish: scopeOf(actor.role, "authorities.publish") !== "none",
    create: scopeOf(actor.role, "authorities.create") !== "none",
  };
  return (
    <>
      <PageHeader
        title={authority.name}
        badge={<AuthorityState status={authority.status} />}
        crumbs={[{ label: "Authorities", href: "/authorities" }]}
        description={`${authorityKindLabels[authority.kind]} · ${keyAlgorithmLabel(authority.keyAlgorithm)}`}
        action={<AuthorityActions authority={authority} publish={publish} may={may} />}
      />
      <ConfirmationNotice confirmation={authority.confirmation} />
      <Stack>
        <AuthoritySummary
          authority={authority}
          parent={items.find((one) => one.id === authority.parentId)}
          expiring={expiring.get(authority.id) ?? 0}
          now={now}
        />
        <Grid columns="main">
          <Stack>
            <AuthorityFacts authority={authority} />
            <InstallRootCard authority={authority} />
            <UrlCard urls={authority.urls} />
            <CeilingCard slug={authority.slug} ceiling={authority.ceiling} />
            {(mayHaveCas || permissions.items.length > 0) && (
              <PermissionCard
                authorityName={authority.name}
                items={permissions.items}
                revoke={may.revoke ? revokePermission : undefined}
                create={
                  may.create &&
                  mayHaveCas && (
                    <CreatePermission
                      authority={authority}
                      create={createPermission}
                      find={find}
                      power={power}
                    />
                  )
                }
              />
            )}
            {authority.certificatePem && (
              <CodeBlock label="Certificate (PEM)" code={authority.certificatePem} short />
            )}
          </Stack>
          <Stack>
            <Card title="Hierarchy">
              <AuthorityTree
                authorities={items}
                expiring={expiring}
                now={now}
                currentId={authority.id}
                compact
              />
            </Card>
            <IssuingProfilesCard
              profiles={profiles.items.filter(
                ({ authorityId, status }) => authorityId === authority.id && status === "active",
              )}
            />
            <CrlCard crl={authority.crl} />
          </Stack>
        </Grid>
      </Stack>
    </>
  );
}

import { notFound } from "next/navigation";
import { keyAlgorithmLabel } from "@/components/shared/key-algorithm-label";
import {
  UrlCard,
  AuthorityFacts,
  AuthorityFiles,
  CrlCard,
} from "@/components/authorities/authority-facts";
import {
  AuthorityState,
  authorityKindLabels,
} from "@/components/authorities/shared/authority-state";
import { CeilingCard, ConfirmationNotice } from "@/components/authorities/ceiling-card";
import { InstallRootCard } from "@/components/authorities/install-root-card";
import { AuthorityTree } from "@/components/authorities/authority-tree";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { Grid, Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { listAuthorities } from "@/lib/authorities/read-authorities";

export const metadata = { title: "Authority" };

export default async function AuthorityPage({
  params,
}: Readonly<{ params: Promise<{ id: string }> }>) {
  const { id } = await params;
  const { actor, deps } = await openPage("authorities.read", {
    action: "authority.read",
    target: { kind: "authority", id, label: id },
  });
  const { items } = await listAuthorities(deps, actor);
  const authority = items.find((one) => one.id === id || one.slug === id);
  if (!authority) notFound();
  return (
    <>
      <PageHeader
        title={authority.name}
        badge={<AuthorityState status={authority.status} />}
        crumbs={[{ label: "Authorities", href: "/authorities" }]}
        description={`${authorityKindLabels[authority.kind]} · ${keyAlgorithmLabel(authority.keyAlgorithm)}`}
      />
      <ConfirmationNotice confirmation={authority.confirmation} />
      <Grid columns="main">
        <Stack>
          <AuthorityFacts authority={authority} />
          <InstallRootCard authority={authority} />
          <UrlCard urls={authority.urls} />
          {authority.certificatePem && (
            <Card title="Files">
              <Stack>
                <AuthorityFiles slug={authority.slug} status={authority.status} />
                <CodeBlock label="Certificate (PEM)" code={authority.certificatePem} short />
              </Stack>
            </Card>
          )}
        </Stack>
        <Stack>
          <Card title="Hierarchy">
            <AuthorityTree authorities={items} currentId={authority.id} compact />
          </Card>
          <CeilingCard slug={authority.slug} ceiling={authority.ceiling} />
          <CrlCard crl={authority.crl} />
        </Stack>
      </Grid>
    </>
  );
}

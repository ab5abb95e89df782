import { Plus } from "lucide-react";
import { AuthorityTree } from "@/components/authorities/authority-tree";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { listAuthorities } from "@/lib/authorities/read-authorities";
import { countExpiring } from "@/lib/certificates/count-expiring";
import { plural } from "@/lib/format/count";

export const metadata = { title: "Authorities" };

export default async function AuthoritiesPage() {
  const { actor, deps } = await openPage("authorities.read", { action: "authority.read" });
  const [{ items }, expiring] = await Promise.all([
    listAuthorities(deps, actor),
    countExpiring(deps, actor),
  ]);
  const mayCreate = scopeOf(actor.role, "authorities.create") !== "none";
  const root = items.find(({ kind, status }) => kind === "root" && status === "active");
  return (
    <>
      <PageHeader
        title="Authorities"
        description={`${plural(items.length, "CA")}, each shown below the CA that signed it.`}
        action={
          <>
            {root && (
              <ButtonLink href={`/authorities/${root.id}#trust`}>Install the root</ButtonLink>
            )}
            {mayCreate && (
              <ButtonLink href="/authorities/new" variant="primary" icon={<Plus aria-hidden />}>
                New issuing CA
              </ButtonLink>
            )}
          </>
        }
      />
      <Card>
        {items.length > 0 ? (
          <AuthorityTree authorities={items} expiring={expiring} now={deps.clock.now()} />
        ) : (
          <EmptyState title="No CAs yet">Setup creates a root CA and an issuing CA.</EmptyState>
        )}
      </Card>
    </>
  );
}

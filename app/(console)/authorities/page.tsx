import { Plus } from "lucide-react";
import { AuthorityTree } from "@/components/authorities/authority-tree";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { listAuthorities } from "@/lib/authorities/read-authorities";
import { plural } from "@/lib/format/count";

export const metadata = { title: "Authorities" };

export default async function AuthoritiesPage() {
  const { actor, deps } = await openPage("authorities.read", { action: "authority.read" });
  const { items } = await listAuthorities(deps, actor);
  const mayCreate = scopeOf(actor.role, "authorities.create") !== "none";
  return (
    <>
      <PageHeader
        title="Authorities"
        description={`${plural(items.length, "CA")}, each shown below the CA that signed it.`}
        action={
          mayCreate && (
            <ButtonLink href="/authorities/new" variant="primary" icon={<Plus aria-hidden />}>
              New issuing CA
            </ButtonLink>
          )
        }
      />
      <Card>
        {items.length > 0 ? (
          <AuthorityTree authorities={items} />
        ) : (
          <EmptyState title="No CAs yet">Setup creates a root CA and an issuing CA.</EmptyState>
        )}
      </Card>
    </>
  );
}

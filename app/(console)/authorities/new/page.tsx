import { AuthorityForm } from "@/components/authorities/authority-form";
import { authorityKindWords } from "@/components/authorities/authority-state";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { listAuthorities } from "@/lib/authorities/list-authorities";
import { create } from "../actions";

export const metadata = { title: "New issuing authority" };

export default async function NewAuthorityPage() {
  const { actor, deps } = await openPage("authorities.create", { action: "authority.read" });
  const { items } = await listAuthorities(deps, actor);
  const parents = items
    .filter(({ status }) => status === "active")
    .map(({ id, name, kind }) => ({
      value: id,
      label: `${name} (${authorityKindWords[kind].toLowerCase()})`,
    }));
  return (
    <div className="max-w-3xl">
      <PageHeader
        title="New issuing authority"
        crumbs={[{ label: "Authorities", href: "/authorities" }]}
        sentence="Its key is made in the signer process, sealed at rest, and never leaves it."
      />
      <Card>
        <AuthorityForm action={create} parents={parents} />
      </Card>
    </div>
  );
}

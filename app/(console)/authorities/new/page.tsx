import { AuthorityForm } from "@/components/authorities/authority-form";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { listAuthorities } from "@/lib/authorities/read-authorities";
import { create } from "@/app/(console)/authorities/actions";

export const metadata = { title: "New issuing CA" };

export default async function NewAuthorityPage() {
  const { actor, deps } = await openPage("authorities.create", { action: "authority.read" });
  const { items } = await listAuthorities(deps, actor);
  const parents = items
    .filter(({ status }) => status === "active")
    .map(({ id, name, kind }) => ({
      value: id,
      label: `${name} (${kind})`,
    }));
  return (
    <div className="max-w-3xl">
      <PageHeader
        title="New issuing CA"
        crumbs={[{ label: "Authorities", href: "/authorities" }]}
        description="The key is created in the signer process, encrypted at rest, and never leaves it. The certificate is signed when someone confirms it on the host."
      />
      <Card>
        <AuthorityForm action={create} parents={parents} />
      </Card>
    </div>
  );
}

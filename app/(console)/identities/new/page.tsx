import { IdentityForm } from "@/components/identities/identity-form";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { create } from "@/app/(console)/identities/actions";

export const metadata = { title: "New identity" };

export default async function NewIdentityPage() {
  await openPage("identities.write", { action: "identity.read" });
  return (
    <div className="max-w-2xl">
      <PageHeader
        title="New identity"
        crumbs={[{ label: "Identities", href: "/identities" }]}
        description="The person, service or device that certificates are bound to."
      />
      <Card>
        <IdentityForm action={create} />
      </Card>
    </div>
  );
}

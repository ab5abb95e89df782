import { ProfileForm } from "@/components/profiles/profile-form";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { create } from "@/app/(console)/profiles/actions";
import { issuingOptions } from "@/app/(console)/profiles/issuing-options";

export const metadata = { title: "New profile" };

export default async function NewProfilePage() {
  const { actor, deps } = await openPage("profiles.write", { action: "profile.read" });
  return (
    <div className="max-w-3xl">
      <PageHeader
        title="New profile"
        crumbs={[{ label: "Profiles", href: "/profiles" }]}
        description="Starts with the rules of a TLS server certificate that is valid for 90 days."
      />
      <ProfileForm action={create} authorities={await issuingOptions(deps, actor)} />
    </div>
  );
}

import { ProfileForm } from "@/components/profiles/profile-form";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { create } from "../actions";
import { issuingOptions } from "../issuing-options";

export const metadata = { title: "New profile" };

export default async function NewProfilePage() {
  const { actor, deps } = await openPage("profiles.write", { action: "profile.read" });
  return (
    <div className="max-w-3xl">
      <PageHeader
        title="New profile"
        crumbs={[{ label: "Profiles", href: "/profiles" }]}
        sentence="It starts as a TLS server for 90 days; change what is different."
      />
      <ProfileForm action={create} authorities={await issuingOptions(deps, actor)} />
    </div>
  );
}

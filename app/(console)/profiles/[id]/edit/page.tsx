import { notFound, redirect } from "next/navigation";
import { ProfileForm } from "@/components/profiles/profile-form";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { getProfile } from "@/lib/profiles/read-profiles";
import { nullIfNotFound } from "@/app/(console)/null-if-not-found";
import { update } from "@/app/(console)/profiles/actions";
import { issuingOptions } from "@/app/(console)/profiles/issuing-options";

export const metadata = { title: "Edit profile" };

export default async function EditProfilePage({
  params,
}: Readonly<{ params: Promise<{ id: string }> }>) {
  const { id } = await params;
  const { actor, deps } = await openPage("profiles.write", {
    action: "profile.read",
    target: { kind: "profile", id, label: id },
  });
  const profile = await nullIfNotFound(getProfile(deps, actor, id));
  if (profile === null) notFound();
  if (profile.system || profile.status !== "active") redirect(`/profiles/${profile.id}`);
  return (
    <div className="max-w-3xl">
      <PageHeader
        title={`Edit ${profile.name}`}
        crumbs={[
          { label: "Profiles", href: "/profiles" },
          { label: profile.name, href: `/profiles/${profile.id}` },
        ]}
        description={`Saving creates version ${profile.version + 1}. Existing certificates keep the version that they were issued with.`}
      />
      <ProfileForm
        action={update}
        authorities={await issuingOptions(deps, actor)}
        profile={profile}
      />
    </div>
  );
}

import { Archive, Pencil } from "lucide-react";
import { notFound } from "next/navigation";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { ProfileRules } from "@/components/profiles/profile-rules";
import { ProfileState } from "@/components/profiles/profile-table";
import { ProfileWarnings } from "@/components/profiles/profile-warnings";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { DataList } from "@/components/ui/data-list";
import { Grid, Stack } from "@/components/ui/layout";
import { Link } from "@/components/ui/link";
import { MonoId } from "@/components/ui/mono-id";
import { PageHeader } from "@/components/ui/page-header";
import { Time } from "@/components/ui/time";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { plural } from "@/lib/format/count";
import { getProfile } from "@/lib/profiles/read-profiles";
import { nullIfNotFound } from "@/app/(console)/null-if-not-found";
import { retire } from "@/app/(console)/profiles/actions";

export const metadata = { title: "Profile" };

export default async function ProfilePage({
  params,
}: Readonly<{ params: Promise<{ id: string }> }>) {
  const { id } = await params;
  const { actor, deps } = await openPage("profiles.read", {
    action: "profile.read",
    target: { kind: "profile", id, label: id },
  });
  const profile = await nullIfNotFound(getProfile(deps, actor, id));
  if (profile === null) notFound();
  const editable =
    !profile.system &&
    profile.status === "active" &&
    scopeOf(actor.role, "profiles.write") !== "none";
  const actions = editable && (
    <>
      <ConfirmDialog
        trigger={
          <Button variant="danger-quiet" icon={<Archive aria-hidden />}>
            Retire
          </Button>
        }
        title={`Retire ${profile.name}?`}
        confirmLabel="Retire"
        receipt="Profile retired."
        action={retire}
        input={{ id: profile.id }}
        consequence={`No more certificates can be issued with it, and it can't be reactivated. ${profile.certificateCount === 1 ? "Its 1 certificate isn't affected." : `Its ${plural(profile.certificateCount, "certificate")} aren't affected.`}`}
      />
      <ButtonLink
        href={`/profiles/${profile.id}/edit`}
        variant="primary"
        icon={<Pencil aria-hidden />}
      >
        Edit
      </ButtonLink>
    </>
  );
  return (
    <>
      <PageHeader
        title={profile.name}
        badge={<ProfileState status={profile.status} />}
        crumbs={[{ label: "Profiles", href: "/profiles" }]}
        description={profile.description || "Rules for what can be issued."}
        action={actions}
      />
      <Stack>
        <ProfileWarnings profile={profile} />
        <Grid columns="main">
          <Card
            title="Rules"
            description="What certificates issued with this profile must comply with."
          >
            <ProfileRules rules={profile.rules} />
          </Card>
          <Stack>
            <Card title="Details">
              <DataList
                items={[
                  {
                    label: "Slug",
                    value: <code className="font-mono text-xs">{profile.slug}</code>,
                  },
                  { label: "Version", value: profile.version },
                  {
                    label: "Issuing CA",
                    value: profile.authorityId && (
                      <Link href={`/authorities/${profile.authorityId}`}>
                        {profile.authoritySlug}
                      </Link>
                    ),
                  },
                  {
                    label: "Certificates",
                    value: (
                      <Link href={`/certificates?profile=${profile.slug}&own=include`}>
                        {plural(profile.certificateCount, "certificate")}
                      </Link>
                    ),
                  },
                  { label: "Created", value: <Time at={profile.createdAt} show="minute" /> },
                  { label: "Updated", value: <Time at={profile.changedAt} show="minute" /> },
                  { label: "ID", value: <MonoId value={profile.id} label="ID" kind="text" /> },
                ]}
              />
            </Card>
          </Stack>
        </Grid>
      </Stack>
    </>
  );
}

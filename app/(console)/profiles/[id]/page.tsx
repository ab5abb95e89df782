import { Archive, Pencil } from "lucide-react";
import { notFound } from "next/navigation";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { ProfileRules } from "@/components/profiles/profile-rules";
import { ProfileState } from "@/components/profiles/profile-table";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { DataList } from "@/components/ui/data-list";
import { Grid, Stack } from "@/components/ui/layout";
import { Link } from "@/components/ui/link";
import { MonoId } from "@/components/ui/mono-id";
import { PageHeader } from "@/components/ui/page-header";
import { Time } from "@/components/ui/time";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/auth/permissions";
import { plural } from "@/lib/format/count";
import { getProfile } from "@/lib/profiles/get-profile";
import { orNull } from "../../identity-name";
import { retire } from "../actions";

export const metadata = { title: "Profile" };

export default async function ProfilePage({
  params,
}: Readonly<{ params: Promise<{ id: string }> }>) {
  const { id } = await params;
  const { actor, deps } = await openPage("profiles.read", {
    action: "profile.read",
    target: { kind: "profile", id, label: id },
  });
  const profile = await orNull(getProfile(deps, actor, id));
  if (profile === null) notFound();
  const editable =
    !profile.system &&
    profile.status === "active" &&
    scopeOf(actor.role, "profiles.write") !== "none";
  const acts = editable && (
    <>
      <ConfirmDialog
        trigger={
          <Button variant="danger-quiet" icon={<Archive aria-hidden />}>
            Retire
          </Button>
        }
        title={`Retire ${profile.name}?`}
        confirmLabel="Retire"
        receipt="Retired."
        action={retire}
        input={{ id: profile.id }}
        consequence={`Nothing more is issued by it, and it does not come back. Its ${plural(profile.certificateCount, "certificate")} ${profile.certificateCount === 1 ? "stays" : "stay"} as ${profile.certificateCount === 1 ? "it is" : "they are"}.`}
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
        sentence={profile.description || "Rules for what may be issued."}
        action={acts}
      />
      <Grid columns="main">
        <Card title="Rules" description="What a certificate by this profile has to keep to.">
          <ProfileRules rules={profile.rules} />
        </Card>
        <Stack>
          <Card title="Profile">
            <DataList
              items={[
                { label: "Slug", value: <code className="font-mono text-xs">{profile.slug}</code> },
                { label: "Version", value: profile.version },
                {
                  label: "Authority",
                  value: profile.authorityId && (
                    <Link href={`/authorities/${profile.authorityId}`}>
                      {profile.authoritySlug}
                    </Link>
                  ),
                },
                {
                  label: "Certificates",
                  value: (
                    <Link href={`/certificates?profile=${profile.slug}`}>
                      {plural(profile.certificateCount, "certificate")}
                    </Link>
                  ),
                },
                { label: "Created", value: <Time at={profile.createdAt} show="minute" /> },
                { label: "Changed", value: <Time at={profile.changedAt} show="minute" /> },
                { label: "Id", value: <MonoId value={profile.id} label="id" kind="text" /> },
              ]}
            />
          </Card>
        </Stack>
      </Grid>
    </>
  );
}

import { Plus } from "lucide-react";
import { ProfileTable } from "@/components/profiles/profile-table";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/auth/permissions";
import { listProfiles } from "@/lib/profiles/list-profiles";

export const metadata = { title: "Profiles" };

export default async function ProfilesPage() {
  const { actor, deps } = await openPage("profiles.read", { action: "profile.read" });
  const { items } = await listProfiles(deps, actor);
  const mayWrite = scopeOf(actor.role, "profiles.write") !== "none";
  return (
    <>
      <PageHeader
        title="Profiles"
        sentence="Rules for what may be issued: names, keys, lifetimes, usages."
        action={
          mayWrite && (
            <ButtonLink href="/profiles/new" variant="primary" icon={<Plus aria-hidden />}>
              New profile
            </ButtonLink>
          )
        }
      />
      <Stack>
        <Card title="For people, services and devices" padding="flush">
          <ProfileTable caption="Profiles" items={items.filter(({ system }) => !system)} />
        </Card>
        <Card
          title="Chancery’s own"
          description="For authorities, OCSP responders and the console’s own TLS certificate. Nobody edits them."
          padding="flush"
        >
          <ProfileTable
            caption="Chancery’s own profiles"
            items={items.filter(({ system }) => system)}
          />
        </Card>
      </Stack>
    </>
  );
}

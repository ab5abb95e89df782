import { Plus } from "lucide-react";
import { ProfileTable } from "@/components/profiles/profile-table";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { listProfiles } from "@/lib/profiles/read-profiles";

export const metadata = { title: "Profiles" };

export default async function ProfilesPage() {
  const { actor, deps } = await openPage("profiles.read", { action: "profile.read" });
  const { items } = await listProfiles(deps, actor);
  const mayWrite = scopeOf(actor.role, "profiles.write") !== "none";
  return (
    <>
      <PageHeader
        title="Profiles"
        description="Rules for what can be issued: names, keys, lifetimes and usage."
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
          title="System profiles"
          description="For CAs, OCSP responders and the TLS certificate of the console. They can't be edited."
          padding="flush"
        >
          <ProfileTable caption="System profiles" items={items.filter(({ system }) => system)} />
        </Card>
      </Stack>
    </>
  );
}

import { AuthorityForm } from "@/components/authorities/authority-form";
import { ReplaceSteps } from "@/components/authorities/replace-steps";
import { Card } from "@/components/ui/card";
import { Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { listAuthorities } from "@/lib/authorities/read-authorities";
import { listProfileChoices } from "@/lib/profiles/read-profiles";
import { create } from "@/app/(console)/authorities/actions";

export const metadata = { title: "New issuing CA" };

export default async function NewAuthorityPage({
  searchParams,
}: Readonly<{ searchParams: Promise<{ replaces?: string | string[] }> }>) {
  const { actor, deps } = await openPage("authorities.create", { action: "authority.read" });
  const { replaces: replacedId } = await searchParams;
  const [{ items }, profiles] = await Promise.all([
    listAuthorities(deps, actor),
    listProfileChoices(deps, actor),
  ]);
  const parents = items
    .filter(({ status }) => status === "active")
    .map(({ id, name, kind }) => ({
      value: id,
      label: `${name} (${kind})`,
    }));
  const replaces = items.find(({ id, kind }) => id === replacedId && kind === "issuing") ?? null;
  return (
    <div className="max-w-3xl">
      <PageHeader
        title="New issuing CA"
        crumbs={[{ label: "Authorities", href: "/authorities" }]}
        description="The key is created in the signer process, encrypted at rest, and never leaves it. The certificate is signed when someone confirms it on the host."
      />
      <Stack>
        {replaces && (
          <ReplaceSteps
            replaces={replaces}
            profiles={profiles.filter(
              ({ authorityId, status }) => authorityId === replaces.id && status === "active",
            )}
          />
        )}
        <Card>
          <AuthorityForm action={create} parents={parents} replaces={replaces} />
        </Card>
      </Stack>
    </div>
  );
}

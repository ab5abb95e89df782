import { IssueForm } from "@/components/certificates/issue-form";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/auth/permissions";
import { getIdentity } from "@/lib/identities/get-identity";
import { listProfiles } from "@/lib/profiles/list-profiles";
import { create, find } from "../../identities/actions";
import { orNull } from "../../identity-name";
import { issue, preview } from "../actions";

export const metadata = { title: "Issue a certificate" };

export default async function IssuePage({
  searchParams,
}: Readonly<{ searchParams: Promise<{ identity?: string }> }>) {
  const { actor, deps } = await openPage("certificates.issue", { action: "profile.read" });
  const { identity: given } = await searchParams;
  const [{ items }, identity] = await Promise.all([
    listProfiles(deps, actor),
    given ? orNull(getIdentity(deps, actor, given)) : null,
  ]);
  const [first, ...rest] = items
    .filter(({ system, status }) => !system && status === "active")
    .map(({ slug, name, description, authoritySlug, rules }) => ({
      slug,
      name,
      description,
      authoritySlug,
      validitySecondsDefault: rules.validitySecondsDefault,
      validitySecondsMax: rules.validitySecondsMax,
    }));
  return (
    <>
      <PageHeader
        title="Issue a certificate"
        crumbs={[{ label: "Certificates", href: "/certificates" }]}
        sentence="Everything is checked and shown before anything is signed."
      />
      {first ? (
        <IssueForm
          profiles={[first, ...rest]}
          identity={identity}
          issue={issue}
          preview={preview}
          findIdentities={find}
          {...(scopeOf(actor.role, "identities.write") === "none"
            ? {}
            : { createIdentity: create })}
        />
      ) : (
        <EmptyState
          title="No profile is active"
          action={<ButtonLink href="/profiles">Open the profiles</ButtonLink>}
        >
          A certificate is issued by the rules of a profile.
        </EmptyState>
      )}
    </>
  );
}

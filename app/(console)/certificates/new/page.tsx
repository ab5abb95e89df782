import { IssueForm } from "@/components/certificates/issue-form";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { listAuthorityChoices } from "@/lib/authorities/read-authorities";
import { getIdentity } from "@/lib/identities/read-identities";
import { listProfileChoices } from "@/lib/profiles/read-profiles";
import { create, find } from "@/app/(console)/identities/actions";
import { nullIfNotFound } from "@/app/(console)/null-if-not-found";
import { issue, preview } from "@/app/(console)/certificates/actions";

export const metadata = { title: "Issue certificate" };

export default async function IssuePage({
  searchParams,
}: Readonly<{ searchParams: Promise<{ identity?: string }> }>) {
  const { actor, deps } = await openPage("certificates.issue", { action: "profile.read" });
  const { identity: identityId } = await searchParams;
  const [items, authorities, identity] = await Promise.all([
    listProfileChoices(deps, actor),
    listAuthorityChoices(deps, actor),
    identityId ? nullIfNotFound(getIdentity(deps, actor, identityId)) : null,
  ]);
  const [first, ...rest] = items
    .filter(({ system, status }) => !system && status === "active")
    .map(({ slug, name, description, authorityId, rules }) => ({
      slug,
      name,
      description,
      issuerName: authorities.find(({ id }) => id === authorityId)?.name ?? "no CA",
      validitySecondsDefault: rules.validitySecondsDefault,
      validitySecondsMax: rules.validitySecondsMax,
      keyAlgorithms: rules.keyAlgorithms,
      serverKeys: rules.serverKeys ?? false,
      sanTypes: rules.san.types,
      commonName: rules.subject.commonName,
      commonNameFrom: rules.subject.commonNameFrom,
    }));
  return (
    <>
      <PageHeader
        title="Issue certificate"
        crumbs={[{ label: "Certificates", href: "/certificates" }]}
        description="You see everything that will be signed before it is signed."
        action={<ButtonLink href="/certificates/bulk/new">Issue many from a CSV</ButtonLink>}
      />
      {first ? (
        <IssueForm
          profiles={[first, ...rest]}
          identity={identity}
          now={deps.clock.now().toISOString()}
          issue={issue}
          preview={preview}
          findIdentities={find}
          mayManageNames={scopeOf(actor.role, "names.manage") !== "none"}
          {...(scopeOf(actor.role, "identities.write") === "none"
            ? {}
            : { createIdentity: create })}
        />
      ) : (
        <EmptyState
          title="No active profiles"
          action={<ButtonLink href="/profiles">View profiles</ButtonLink>}
        >
          A certificate is issued with a profile. Create one first.
        </EmptyState>
      )}
    </>
  );
}

import { IssueMany } from "@/components/bulk/issue/issue-many";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { maxIssueRows } from "@/lib/bulk/schema";
import { listProfileChoices } from "@/lib/profiles/read-profiles";
import { previewIssues, startIssues } from "./actions";

export const metadata = { title: "Issue many certificates" };

export default async function IssueManyPage() {
  const { actor, deps } = await openPage("certificates.issue", { action: "profile.read" });
  const items = await listProfileChoices(deps, actor);
  return (
    <>
      <PageHeader
        title="Issue many certificates"
        crumbs={[
          { label: "Certificates", href: "/certificates" },
          { label: "Issue", href: "/certificates/new" },
        ]}
        description={`Up to ${maxIssueRows} at once. Every row is checked first, and nothing is signed until you confirm.`}
      />
      <IssueMany
        profiles={items
          .filter(({ system, status }) => !system && status === "active")
          .map(({ slug, name }) => ({ value: slug, label: name }))}
        actions={{ preview: previewIssues, start: startIssues }}
      />
    </>
  );
}

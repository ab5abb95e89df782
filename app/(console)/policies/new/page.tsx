import { PolicyEditor } from "@/components/policies/policy-editor";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { find } from "@/app/(console)/identities/actions";
import { create, test } from "@/app/(console)/policies/actions";
import { loadEditorData } from "@/app/(console)/policies/load-editor-data";

export const metadata = { title: "New policy" };

export default async function NewPolicyPage() {
  const { actor, deps } = await openPage("policies.write", { action: "policy.read" });
  return (
    <>
      <PageHeader
        title="New policy"
        crumbs={[{ label: "Policies", href: "/policies" }]}
        description="Who may do what on one service. Test the rules before you save."
      />
      <PolicyEditor
        policy={null}
        {...await loadEditorData(deps, actor, null)}
        save={create}
        test={test}
        find={find}
        mayWrite
      />
    </>
  );
}

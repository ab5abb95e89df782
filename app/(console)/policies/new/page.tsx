import { PolicyEditor } from "@/components/policies/policy-editor";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { find } from "../../identities/actions";
import { create, test } from "../actions";
import { editorMaterials } from "../editor-materials";

export const metadata = { title: "New policy" };

export default async function NewPolicyPage() {
  const { actor, deps } = await openPage("policies.write", { action: "policy.read" });
  return (
    <>
      <PageHeader
        title="New policy"
        crumbs={[{ label: "Policies", href: "/policies" }]}
        sentence="Who may do what on one service. Try the rules beside them before you save."
      />
      <PolicyEditor
        policy={null}
        {...await editorMaterials(deps, actor, null)}
        save={create}
        test={test}
        find={find}
        mayWrite
      />
    </>
  );
}

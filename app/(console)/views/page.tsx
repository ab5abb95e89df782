import { ManageViews } from "@/components/views/manage-views";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { listAllViews } from "@/lib/views/list-views";
import { remove, rename } from "./actions";

export const metadata = { title: "Saved views" };

export default async function ViewsPage() {
  const { actor, deps } = await openPage("self", { action: "account.read" });
  return (
    <>
      <PageHeader
        title="Saved views"
        description="Your views of lists. Only you see them here; a link to a view works for everyone who may read its list."
      />
      <ManageViews views={await listAllViews(deps, actor)} actions={{ rename, remove }} />
    </>
  );
}

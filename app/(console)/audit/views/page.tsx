import { ManageViews } from "@/components/views/manage-views";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { listViews } from "@/lib/views/list-views";
import { remove, rename } from "./actions";

export const metadata = { title: "Saved views" };

export default async function ViewsPage() {
  const { actor, deps } = await openPage("audit.read", { action: "audit.read" });
  return (
    <>
      <PageHeader
        title="Saved views"
        description="Your views of the audit log. Only you see this list; a link to a view works for everyone who may read the log."
        crumbs={[{ label: "Audit log", href: "/audit" }]}
      />
      <ManageViews views={await listViews(deps, actor)} actions={{ rename, remove }} />
    </>
  );
}

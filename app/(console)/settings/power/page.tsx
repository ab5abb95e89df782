import { UserCheck } from "lucide-react";
import { FilterProblems } from "@/components/filters/filter-problems";
import { paginationLinks } from "@/components/filters/list-href";
import { MailboxList } from "@/components/identities/mailbox-list";
import { PowerList } from "@/components/identities/power-list";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { openPage } from "@/lib/auth/page";
import { plural } from "@/lib/format/count";
import { listPower } from "@/lib/identities/read-power";
import { powerQuery } from "@/lib/identities/schema";
import { readQuery, type SearchParams } from "@/app/(console)/read-query";

const path = "/settings/power";

export const metadata = { title: "Access review" };

export default async function PowerPage({
  searchParams,
}: Readonly<{ searchParams: SearchParams }>) {
  const { actor, deps } = await openPage("accounts.read", { action: "identity.read" });
  const { query, params, problems } = await readQuery(powerQuery, searchParams);
  const { items, nextCursor, mailboxes } = await listPower(deps, actor, query);
  return (
    <>
      <PageHeader
        title="Access review"
        description="Who can act as whom: identities whose certificates sign in as a user, speak for a proxy’s clients or get CA certificates. Only administrators can change them."
      />
      <FilterProblems path={path} params={params} problems={problems} />
      {mailboxes.length > 0 && <MailboxList items={mailboxes} />}
      {items.length === 0 ? (
        <EmptyState icon={<UserCheck aria-hidden />} title="No identity can act for others">
          Users sign in with passwords only, and no proxy is trusted.
        </EmptyState>
      ) : (
        <PowerList items={items} />
      )}
      <Pagination
        summary={plural(items.length, "identity", "identities")}
        {...paginationLinks(path, params, nextCursor)}
      />
    </>
  );
}

import { ListChecks } from "lucide-react";
import { BulkTable } from "@/components/bulk/shared/bulk-table";
import { paginationLinks } from "@/components/filters/list-href";
import { FilterProblems } from "@/components/filters/filter-problems";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { openPage } from "@/lib/auth/page";
import { listBulkActs } from "@/lib/bulk/read-bulk-acts";
import { bulkQuery } from "@/lib/bulk/schema";
import { plural } from "@/lib/format/count";
import { readQuery, type SearchParams } from "@/app/(console)/read-query";

const path = "/certificates/bulk";

export const metadata = { title: "Bulk actions" };

export default async function BulkActionsPage({
  searchParams,
}: Readonly<{ searchParams: SearchParams }>) {
  const { actor, deps } = await openPage("certificates.read", { action: "bulk.read" });
  const { query, params, problems } = await readQuery(bulkQuery, searchParams);
  const { items, nextCursor } = await listBulkActs(deps, actor, query);
  return (
    <>
      <PageHeader
        title="Bulk actions"
        crumbs={[{ label: "Certificates", href: "/certificates" }]}
        description="Changes to many certificates, identities or alerts at once, newest first. They continue after you leave the page."
      />
      <FilterProblems path={path} params={params} problems={problems} />
      <BulkTable items={items} empty={<NoBulkActions />} />
      {items.length > 0 && (
        <Pagination
          summary={plural(items.length, "bulk action")}
          {...paginationLinks(path, params, nextCursor)}
        />
      )}
    </>
  );
}

function NoBulkActions() {
  return (
    <EmptyState
      icon={<ListChecks aria-hidden />}
      title="No bulk actions yet"
      action={<ButtonLink href="/certificates">Certificates</ButtonLink>}
    >
      Select rows in the list of certificates, identities or alerts to change several together.
    </EmptyState>
  );
}

import { ScrollText } from "lucide-react";
import { Suspense } from "react";
import { AuditChips } from "@/components/audit/audit-chips";
import { AuditFilters } from "@/components/audit/audit-filters";
import { EntryTable } from "@/components/audit/entry-table";
import { ExportMenu } from "@/components/audit/export-menu";
import { FilterProblems } from "@/components/filters/filter-problems";
import { pagesOf } from "@/components/filters/list-address";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/auth/permissions";
import { formatCount, plural } from "@/lib/format/count";
import { entryQuery } from "@/lib/log/schema";
import { searchEntries } from "@/lib/log/search";
import { readQuery, type SearchParams } from "../read-query";

const path = "/audit";

export const metadata = { title: "Audit log" };

export default async function AuditPage({ searchParams }: Readonly<{ searchParams: SearchParams }>) {
  const { actor, deps } = await openPage("audit.read", { action: "audit.read" });
  const { query, params, problems } = await readQuery(entryQuery, searchParams);
  const page = await searchEntries(deps, actor, { ...query, reads: query.reads || "exclude", order: query.order || "desc" });
  const total = `${formatCount(page.total.count)}${page.total.capped ? " and more" : ""}`;
  const indexed = page.indexedTo < page.size ? `Indexed to ${formatCount(page.indexedTo)} of ${formatCount(page.size)}: the newest entries follow in a moment.` : `Indexed to ${formatCount(page.indexedTo)} of ${formatCount(page.size)}.`;
  return (
    <>
      <PageHeader title="Audit log" sentence={`${plural(page.size, "entry", "entries")} in the log. ${indexed}`} action={scopeOf(actor.role, "audit.export") !== "none" && <ExportMenu params={params} />} />
      <Suspense><AuditFilters path={path} params={params} /></Suspense>
      <AuditChips path={path} params={params} reads={page.reads} />
      <FilterProblems path={path} params={params} problems={problems} />
      <EntryTable items={page.items} empty={
        <EmptyState icon={<ScrollText aria-hidden />} title="No entry matches" action={<ButtonLink href={path}>Show all acts</ButtonLink>}>
          {page.reads > 0 && params["reads"] !== "include" && params["reads"] !== "only" ? `${plural(page.reads, "read")} would match: choose “With reads”.` : "Remove a filter, or search for the beginnings of other words."}
        </EmptyState>} />
      {page.items.length > 0 && <Pagination summary={`${formatCount(page.items.length)} of ${total} that match`} {...pagesOf(path, params, page.nextCursor)} />}
    </>
  );
}

import { ScrollText } from "lucide-react";
import { Suspense } from "react";
import { AuditChips } from "@/components/audit/audit-chips";
import { AuditFilters } from "@/components/audit/audit-filters";
import { ExportDialog } from "@/components/audit/export-dialog";
import { LiveEntries } from "@/components/audit/live-entries";
import { FilterProblems } from "@/components/filters/filter-problems";
import { pagesOf, type Params } from "@/components/filters/list-address";
import { StateStrip } from "@/components/log/state-strip";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/auth/permissions";
import { formatCount, plural } from "@/lib/format/count";
import { getLogState } from "@/lib/log/get-log-state";
import { entryQuery, type EntryPage } from "@/lib/log/schema";
import { searchEntries } from "@/lib/log/search";
import { readQuery, type SearchParams } from "../read-query";

const path = "/audit";

export const metadata = { title: "Audit log" };

export default async function AuditPage({
  searchParams,
}: Readonly<{ searchParams: SearchParams }>) {
  const { actor, deps } = await openPage("audit.read", { action: "audit.read" });
  const { query, params, problems } = await readQuery(entryQuery, searchParams);
  const page = await searchEntries(deps, actor, {
    ...query,
    reads: query.reads || "exclude",
    order: query.order || "desc",
  });
  const state = await getLogState(deps, actor);
  return (
    <>
      <PageHeader
        title="Audit log"
        sentence="Every act and every refusal, as it was recorded; each can be proved in this browser."
        action={
          scopeOf(actor.role, "audit.export") !== "none" && (
            <ExportDialog
              params={params}
              total={page.total}
              reads={page.reads}
              readsShown={params["reads"] === "include" || params["reads"] === "only"}
              size={page.size}
            />
          )
        }
      />
      <StateStrip state={state} nowMs={deps.clock.now().getTime()} />
      <Suspense>
        <AuditFilters path={path} params={params} />
      </Suspense>
      <AuditChips path={path} params={params} reads={page.reads} />
      <FilterProblems path={path} params={params} problems={problems} />
      <LiveEntries
        items={page.items}
        address={streamAddress(query)}
        indexedTo={page.indexedTo}
        size={page.size}
        blockedBy={whyNotLive(params)}
        empty={<NothingFound page={page} params={params} />}
      />
      {page.items.length > 0 && (
        <Pagination
          summary={`${formatCount(page.items.length)} of ${formatCount(page.total.count)}${page.total.capped ? " and more" : ""} that match`}
          {...pagesOf(path, params, page.nextCursor)}
        />
      )}
    </>
  );
}

/** The same filters for what is added from now on. */
function streamAddress(query: Readonly<Record<string, unknown>>): string {
  const { cursor: _, limit: __, order: ___, reads, ...filters } = query;
  const said = Object.entries(filters).filter(
    (pair): pair is [string, string] => typeof pair[1] === "string" && pair[1] !== "",
  );
  return `/audit/stream?${new URLSearchParams([...said, ["reads", typeof reads === "string" && reads !== "" ? reads : "exclude"]]).toString()}`;
}

function whyNotLive(params: Params): string | undefined {
  if (params["cursor"]) return "New entries stand on the first page.";
  return params["order"] === "asc"
    ? "New entries stand at the other end of this order."
    : undefined;
}

function NothingFound({ page, params }: Readonly<{ page: EntryPage; params: Params }>) {
  const hidden = page.reads > 0 && params["reads"] !== "include" && params["reads"] !== "only";
  return (
    <EmptyState
      icon={<ScrollText aria-hidden />}
      title="No entry matches"
      action={<ButtonLink href={path}>Show all acts</ButtonLink>}
    >
      {hidden
        ? `${plural(page.reads, "read")} would match: choose “With reads”.`
        : "Remove a filter, or search for the beginnings of other words."}
    </EmptyState>
  );
}

import { ScrollText } from "lucide-react";
import { Suspense } from "react";
import { AuditChips } from "@/components/audit/audit-chips";
import { AuditFilters } from "@/components/audit/audit-filters";
import { ExportDialog } from "@/components/audit/export-dialog";
import { LiveEntries } from "@/components/audit/live-entries";
import { FilterProblems } from "@/components/filters/filter-problems";
import { paginationLinks, type Params } from "@/components/filters/list-href";
import { StateStrip } from "@/components/log/state-strip";
import { Banner } from "@/components/ui/banner";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { formatCount, plural } from "@/lib/format/count";
import { getLogState } from "@/lib/log/live/get-log-state";
import { actionGroups, actionLabel } from "@/lib/log/action-names";
import { periodLabels, periods, withoutPeriod } from "@/lib/log/period";
import { entryListQuery, type EntryPage } from "@/lib/log/schema";
import { searchEntries } from "@/lib/log/search/search-entries";
import { readQuery, type SearchParams } from "@/app/(console)/read-query";
import { Views } from "@/app/(console)/views/views";
import { withoutUnaskable } from "./unaskable-filters";
import { HistogramSection } from "./histogram-section";

const path = "/audit";

export const metadata = { title: "Audit log" };

export default async function AuditPage({
  searchParams,
}: Readonly<{ searchParams: SearchParams }>) {
  const { actor, deps } = await openPage("audit.read", { action: "audit.read" });
  const list = withoutUnaskable(await readQuery(entryListQuery, searchParams), deps.clock.now());
  const { params, problems } = list;
  const { period } = list.query;
  const query = {
    ...withoutPeriod(list.query, deps.clock.now()),
    reads: list.query.reads || ("exclude" as const),
    order: list.query.order || ("desc" as const),
  };
  const page = await searchEntries(deps, actor, query);
  const state = await getLogState(deps, actor);
  return (
    <>
      <PageHeader
        title="Audit log"
        description="Every action and denial, as recorded. Each entry can be verified in your browser."
        action={
          scopeOf(actor.role, "audit.export") !== "none" && (
            <ExportDialog
              params={exportParams(params, query)}
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
        <AuditFilters
          path={path}
          params={params}
          actions={actionGroups}
          periods={periods.map((value) => ({ value, label: periodLabels[value] }))}
          views={<Views list="audit" {...{ deps, actor, params }} />}
        />
      </Suspense>
      <AuditChips
        path={path}
        params={params}
        reads={page.reads}
        actionName={actionLabel(params["action"] ?? "")}
        periodName={period ? periodLabels[period] : null}
      />
      <FilterProblems path={path} params={params} problems={problems} />
      <HistogramSection {...{ deps, actor, path, params, query }} />
      {page.unreadable > 0 && (
        <Banner
          tone="warning"
          title={`${plural(page.unreadable, "entry", "entries")} can't be read`}
          action={<ButtonLink href="/alerts?rule=unreadable-entry">View alert</ButtonLink>}
        >
          Their bytes are in the log, but no filter can match them.
        </Banner>
      )}
      <LiveEntries
        items={page.items}
        address={streamAddress(query)}
        indexedTo={page.indexedTo}
        size={page.size}
        blockedBy={whyNotLive(params)}
        empty={<NoEntries page={page} params={params} />}
      />
      {page.items.length > 0 && (
        <Pagination
          summary={`${formatCount(page.items.length)} of ${formatCount(page.total.count)}${page.total.capped ? "+" : ""} entries`}
          {...paginationLinks(path, params, page.nextCursor)}
        />
      )}
    </>
  );
}

/** The event stream of new entries, with the same filters. */
function streamAddress(query: Readonly<Record<string, unknown>>): string {
  // A period moves on with the clock, and new entries are after its start in any case.
  const { cursor: _, limit: __, order: ___, ...filters } = query;
  const given = Object.entries(filters).filter(
    (pair): pair is [string, string] => typeof pair[1] === "string" && pair[1] !== "",
  );
  return `/audit/stream?${new URLSearchParams(given).toString()}`;
}

/** The filters of an export: with the times of the period, so that its proof is about the same. */
function exportParams(
  given: Params,
  { from, to }: Readonly<{ from?: string | undefined; to?: string | undefined }>,
): Params {
  const { period: _, ...params } = given;
  return { ...params, ...(from ? { from } : {}), ...(to ? { to } : {}) };
}

function whyNotLive(params: Params): string | undefined {
  if (params["cursor"]) return "New entries appear on the first page.";
  return params["order"] === "asc" ? "Sort newest first to see new entries." : undefined;
}

function NoEntries({ page, params }: Readonly<{ page: EntryPage; params: Params }>) {
  const hidden = page.reads > 0 && params["reads"] !== "include" && params["reads"] !== "only";
  return (
    <EmptyState
      icon={<ScrollText aria-hidden />}
      title="No entries match"
      action={<ButtonLink href={path}>Clear filters</ButtonLink>}
    >
      {hidden
        ? `${plural(page.reads, "read")} ${page.reads === 1 ? "matches" : "match"}. Select “With reads” to include reads.`
        : "Remove a filter or try another search."}
    </EmptyState>
  );
}

import { BellRing } from "lucide-react";
import { Suspense } from "react";
import { z } from "zod";
import { AlertChips } from "@/components/alerts/alert-chips";
import { AlertFilters } from "@/components/alerts/alert-filters";
import { AlertTable } from "@/components/alerts/alert-table";
import { AlertTabs } from "@/components/alerts/alert-tabs";
import { NewAlerts } from "@/components/alerts/new-alerts";
import { WatchLine } from "@/components/alerts/watch-line";
import { FilterProblems } from "@/components/filters/filter-problems";
import { pagesOf } from "@/components/filters/list-address";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { getWatchState } from "@/lib/alerts/get-watch-state";
import { listAlerts } from "@/lib/alerts/list-alerts";
import { allRules } from "@/lib/alerts/rules/all-rules";
import { alertQuery, alertStatuses } from "@/lib/alerts/schema";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/auth/permissions";
import { formatCount, plural } from "@/lib/format/count";
import { findIdentityName } from "../identity-name";
import { readQuery, type SearchParams } from "../read-query";
import { readOpenAlerts } from "./read-open";

const path = "/alerts";
/** In the address "all" stands for no filter by state, and nothing for what is unresolved. */
const pageQuery = alertQuery.extend({
  status: z.enum([...alertStatuses, "unresolved", "all"]).optional(),
});

export const metadata = { title: "Alerts" };

export default async function AlertsPage({
  searchParams,
}: Readonly<{ searchParams: SearchParams }>) {
  const { actor, deps } = await openPage("alerts.read", { action: "alert.read" });
  const {
    query: { status = "unresolved", ...query },
    params,
    problems,
  } = await readQuery(pageQuery, searchParams);
  const [list, watch, open, identityName] = await Promise.all([
    listAlerts(deps, actor, { ...query, status: status === "all" ? undefined : status }),
    getWatchState(deps, actor),
    readOpenAlerts(deps, actor),
    findIdentityName(deps, actor, query.identity),
  ]);
  const { counts, items } = list,
    filtered = Object.keys(params).some((name) => name !== "limit" && name !== "cursor");
  const total =
    status === "all"
      ? counts.open + counts.acknowledged + counts.resolved
      : status === "unresolved"
        ? counts.open + counts.acknowledged
        : counts[status];
  return (
    <>
      <PageHeader
        title="Alerts"
        sentence={
          open === null || open.open === 0
            ? "No alert is open."
            : `${plural(open.open, "alert")} ${open.open === 1 ? "is" : "are"} open.`
        }
      />
      <AlertTabs />
      <Suspense>
        <AlertFilters rules={allRules} />
      </Suspense>
      <AlertChips
        path={path}
        params={params}
        counts={counts}
        me={scopeOf(actor.role, "alerts.handle") === "none" ? null : actor.id}
        identityName={identityName}
      />
      <FilterProblems path={path} params={params} problems={problems} />
      {open !== null && !params["cursor"] && <NewAlerts drawn={open} />}
      <AlertTable
        items={items}
        empty={
          filtered ? (
            <EmptyState
              icon={<BellRing aria-hidden />}
              title="No alert matches"
              action={<ButtonLink href={path}>Show what is unresolved</ButtonLink>}
            >
              Remove a filter, or look among the resolved ones.
            </EmptyState>
          ) : (
            <EmptyState
              icon={<BellRing aria-hidden />}
              title="Nothing is unresolved"
              action={
                counts.resolved > 0 ? (
                  <ButtonLink href={`${path}?status=resolved`}>
                    Show {plural(counts.resolved, "resolved alert")}
                  </ButtonLink>
                ) : (
                  <ButtonLink href={`${path}/rules`}>What the rules look for</ButtonLink>
                )
              }
            >
              The rules read every entry of the log. What they find appears here within two seconds.
            </EmptyState>
          )
        }
      />
      {items.length > 0 && (
        <Pagination
          summary={`${formatCount(items.length)} of ${plural(total, "alert")}`}
          {...pagesOf(path, params, list.nextCursor)}
        />
      )}
      <div className="pt-2">
        <WatchLine state={watch} />
      </div>
    </>
  );
}

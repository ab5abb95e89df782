import { BellRing } from "lucide-react";
import { Suspense } from "react";
import { z } from "zod";
import { AlertChips } from "@/components/alerts/alert-chips";
import { AlertFilters } from "@/components/alerts/alert-filters";
import { AlertTable } from "@/components/alerts/alert-table";
import { AlertTabs } from "@/components/alerts/alert-tabs";
import { NewAlerts } from "@/components/alerts/new-alerts";
import { EvaluationProgress } from "@/components/alerts/evaluation-progress";
import { FilterProblems } from "@/components/filters/filter-problems";
import { paginationLinks } from "@/components/filters/list-href";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { getWatchState, listRules } from "@/lib/alerts/read-rules";
import { listAlerts } from "@/lib/alerts/list-alerts";
import { alertQuery, alertStatuses } from "@/lib/alerts/schema";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { formatCount, plural } from "@/lib/format/count";
import { findIdentityName } from "@/app/(console)/identity-name";
import { readQuery, type SearchParams } from "@/app/(console)/read-query";
import { readOpenAlerts } from "./read-open";

const path = "/alerts";
/** In the URL, "all" means no filter by state; the default is open and acknowledged. */
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
  const [list, rules, watch, open, identityName] = await Promise.all([
    listAlerts(deps, actor, { ...query, status: status === "all" ? undefined : status }),
    listRules(deps, actor),
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
        description={
          open === null || open.open === 0
            ? "No open alerts."
            : `${plural(open.open, "open alert")}.`
        }
      />
      <AlertTabs />
      <Suspense>
        <AlertFilters rules={rules} />
      </Suspense>
      <AlertChips
        path={path}
        params={params}
        counts={counts}
        me={scopeOf(actor.role, "alerts.handle") === "none" ? null : actor.id}
        identityName={identityName}
      />
      <FilterProblems path={path} params={params} problems={problems} />
      {open !== null && !params["cursor"] && <NewAlerts rendered={open} />}
      <AlertTable
        items={items}
        empty={
          filtered ? (
            <EmptyState
              icon={<BellRing aria-hidden />}
              title="No alerts match"
              action={<ButtonLink href={path}>Clear filters</ButtonLink>}
            >
              Remove a filter, or look at resolved alerts.
            </EmptyState>
          ) : (
            <EmptyState
              icon={<BellRing aria-hidden />}
              title="No open alerts"
              action={
                counts.resolved > 0 ? (
                  <ButtonLink href={`${path}?status=resolved`}>
                    Show {plural(counts.resolved, "resolved alert")}
                  </ButtonLink>
                ) : (
                  <ButtonLink href={`${path}/rules`}>View rules</ButtonLink>
                )
              }
            >
              The rules evaluate every entry of the audit log. Alerts appear here within 2 seconds.
            </EmptyState>
          )
        }
      />
      {items.length > 0 && (
        <Pagination
          summary={`${formatCount(items.length)} of ${plural(total, "alert")}`}
          {...paginationLinks(path, params, list.nextCursor)}
        />
      )}
      <div className="pt-2">
        <EvaluationProgress state={watch} />
      </div>
    </>
  );
}

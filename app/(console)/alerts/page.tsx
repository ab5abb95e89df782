import { BellRing } from "lucide-react";
import { Suspense } from "react";
import { AlertBar } from "@/components/alerts/alert-bar";
import { AlertChips } from "@/components/alerts/alert-chips";
import { AlertFilters } from "@/components/alerts/alert-filters";
import { alertColumns, AlertTable } from "@/components/alerts/alert-table";
import { AlertTabs } from "@/components/alerts/alert-tabs";
import { NewAlerts } from "@/components/alerts/new-alerts";
import { BulkLink } from "@/components/bulk/shared/bulk-link";
import { EvaluationProgress } from "@/components/alerts/evaluation-progress";
import { FilterProblems } from "@/components/filters/filter-problems";
import { pageLinks } from "@/components/filters/list-href";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { SelectionProvider } from "@/components/ui/selection";
import { choicesOf } from "@/components/ui/table-view";
import { getWatchState, listRules } from "@/lib/alerts/read-rules";
import { listAssignees } from "@/lib/alerts/find-assignees";
import { listAlerts } from "@/lib/alerts/list-alerts";
import { alertListQuery } from "@/lib/alerts/schema";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { formatCount, plural } from "@/lib/format/count";
import { findTableView } from "@/app/(console)/table-view";
import { findIdentityName } from "@/app/(console)/identity-name";
import { readQuery, type SearchParams } from "@/app/(console)/read-query";
import { ListMenus } from "@/app/(console)/views/list-menus";
import { acknowledge } from "./actions";
import { previewAlertBulk, startAlertBulk } from "./bulk/actions";
import { readOpenAlerts } from "./read-open";

const path = "/alerts";

export const metadata = { title: "Alerts" };

export default async function AlertsPage({
  searchParams,
}: Readonly<{ searchParams: SearchParams }>) {
  const { actor, deps } = await openPage("alerts.read", { action: "alert.read" });
  const {
    query: { status = "unresolved", ...given },
    params,
    problems,
  } = await readQuery(alertListQuery, searchParams);
  const view = await findTableView("alerts", params["limit"]);
  const query = { ...given, limit: view.limit };
  const mayHandle = scopeOf(actor.role, "alerts.handle") !== "none";
  const { cursor: _cursor, limit: _limit, ...filters } = query;
  const filter = { ...filters, ...(status === "all" ? {} : { status }) };
  const [list, rules, watch, open, identityName, people] = await Promise.all([
    listAlerts(deps, actor, { ...query, status: status === "all" ? undefined : status }),
    listRules(deps, actor),
    getWatchState(deps, actor),
    readOpenAlerts(deps, actor),
    findIdentityName(deps, actor, query.identity),
    mayHandle ? listAssignees(deps, actor) : [],
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
        action={<BulkLink />}
      />
      <AlertTabs />
      <Suspense>
        <AlertFilters
          rules={rules}
          end={
            <ListMenus
              list="alerts"
              choices={choicesOf(alertColumns)}
              {...{ deps, actor, view, path, params }}
            />
          }
        />
      </Suspense>
      <AlertChips
        path={path}
        params={params}
        counts={counts}
        me={mayHandle ? actor.id : null}
        identityName={identityName}
      />
      <FilterProblems path={path} params={params} problems={problems} />
      {open !== null && !params["cursor"] && <NewAlerts rendered={open} />}
      <SelectionProvider
        key={JSON.stringify(filter)}
        pageKeys={items.map(({ id }) => id)}
        total={total}
      >
        <AlertTable
          items={items}
          view={view}
          acknowledge={mayHandle ? acknowledge : null}
          empty={<NoAlerts filtered={filtered} resolved={counts.resolved} />}
        />
        {mayHandle && (
          <AlertBar
            actions={{ preview: previewAlertBulk, start: startAlertBulk }}
            filter={filter}
            assignees={{ me: actor.id, people }}
          />
        )}
      </SelectionProvider>
      {items.length > 0 && (
        <Pagination
          summary={`${formatCount(items.length)} of ${plural(total, "alert")}`}
          {...pageLinks(path, params, list)}
        />
      )}
      <div className="pt-2">
        <EvaluationProgress state={watch} />
      </div>
    </>
  );
}

function NoAlerts({ filtered, resolved }: Readonly<{ filtered: boolean; resolved: number }>) {
  const icon = <BellRing aria-hidden />;
  if (filtered)
    return (
      <EmptyState
        icon={icon}
        title="No alerts match"
        action={<ButtonLink href={path}>Clear filters</ButtonLink>}
      >
        Remove a filter, or look at resolved alerts.
      </EmptyState>
    );
  return (
    <EmptyState
      icon={icon}
      title="No open alerts"
      action={
        resolved > 0 ? (
          <ButtonLink href={`${path}?status=resolved`}>
            Show {plural(resolved, "resolved alert")}
          </ButtonLink>
        ) : (
          <ButtonLink href={`${path}/rules`}>View rules</ButtonLink>
        )
      }
    >
      The rules evaluate every entry of the audit log. Alerts appear here within 2 seconds.
    </EmptyState>
  );
}

import { z } from "zod";
import { EvaluationProgress } from "@/components/alerts/evaluation-progress";
import { CustodyStats } from "@/components/custody/custody-stats";
import { NetworkSpread } from "@/components/custody/network-spread";
import { NeverUsed } from "@/components/custody/never-used";
import { ActiveAlertsCard } from "@/components/alerts/active-alerts-card";
import { OutcomeChart } from "@/components/custody/outcome-chart";
import { RangeChips, type Hours } from "@/components/custody/range-chips";
import { RangeLine } from "@/components/custody/range-line";
import { DenialTable } from "@/components/custody/denial-table";
import { ServiceChart } from "@/components/custody/service-chart";
import { UseTable } from "@/components/custody/use-table";
import { FilterProblems } from "@/components/filters/filter-problems";
import { listHref } from "@/components/filters/list-href";
import { FilterChip } from "@/components/ui/chip";
import { Grid, Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { listWorstAlerts } from "@/lib/alerts/list-alerts";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { getCustody } from "@/lib/custody/get-custody";
import { serviceLabel } from "@/lib/format/service-label";
import { readQuery, type SearchParams } from "@/app/(console)/read-query";

const path = "/custody",
  incidentsShown = 5;
const hoursOf: Readonly<Record<string, Hours>> = { "1": 1, "24": 24, "168": 168, "720": 720 };
const pageQuery = z.strictObject({
  hours: z.enum(["1", "24", "168", "720"], "Choose 1, 24, 168 or 720 hours.").optional(),
  service: z.string().max(200).optional(),
});

export const metadata = { title: "Certificate usage" };

export default async function CustodyPage({
  searchParams,
}: Readonly<{ searchParams: SearchParams }>) {
  const { actor, deps } = await openPage("custody.read", { action: "custody.read" });
  const { query, params, problems } = await readQuery(pageQuery, searchParams);
  const hours = hoursOf[query.hours ?? "24"] ?? 24,
    { service } = query,
    linked = scopeOf(actor.role, "audit.read") !== "none";
  const [view, open] = await Promise.all([
    getCustody(deps, actor, { hours, service }),
    scopeOf(actor.role, "alerts.read") === "none"
      ? null
      : listWorstAlerts(deps, actor, incidentsShown),
  ]);
  return (
    <>
      <PageHeader
        title="Certificate usage"
        description="Which certificates authenticated requests, to which services and from which networks."
        action={<RangeChips path={path} params={params} hours={hours} />}
      />
      <FilterProblems path={path} params={params} problems={problems} />
      <RangeLine from={view.from} hours={hours} />
      {service !== undefined && (
        <div className="pb-3">
          <FilterChip
            label="Service"
            value={serviceLabel(service)}
            removeHref={listHref(path, params, { service: null })}
          />
        </div>
      )}
      <Stack>
        <CustodyStats totals={view.totals} />
        <Grid columns="main">
          <OutcomeChart outcomes={view.outcomes} hours={hours} />
          {open !== null && <ActiveAlertsCard alerts={view.alerts} items={open} />}
        </Grid>
        {service === undefined && (
          <ServiceChart services={view.services} path={path} params={params} />
        )}
        <UseTable uses={view.uses} />
        <Grid columns={2}>
          <DenialTable refusals={view.refusals} linked={linked} />
          <NetworkSpread byNetworks={view.byNetworks} />
        </Grid>
        {service === undefined && <NeverUsed neverUsed={view.neverUsed} />}
        <EvaluationProgress
          prefix="Usage counted from"
          state={{ upto: view.upto, size: view.size, at: null }}
        />
      </Stack>
    </>
  );
}

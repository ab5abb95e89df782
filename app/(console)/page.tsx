import { Plus } from "lucide-react";
import { AuthorityList } from "@/components/overview/authority-list";
import { ChecklistCard } from "@/components/overview/checklist-card";
import { ExpiringList } from "@/components/overview/expiring-list";
import { ActiveAlertsCard } from "@/components/alerts/active-alerts-card";
import { NamesBanner } from "@/components/overview/names-banner";
import { IssuingChart } from "@/components/overview/issuing-chart";
import { RotationsBanner } from "@/components/overview/rotations-banner";
import { RecentActivity } from "@/components/overview/recent-activity";
import { StateStats } from "@/components/overview/state-stats";
import { ButtonLink } from "@/components/ui/button";
import { Grid, Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { listWorstAlerts } from "@/lib/alerts/list-alerts";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { plural } from "@/lib/format/count";
import { getNameStatus } from "@/lib/names/read-name-status";
import { getChecklist } from "@/lib/overview/get-checklist";
import { getOverview } from "@/lib/overview/get-overview";
import { readEnv } from "@/lib/runtime/env";
import { DeniedSection, ExpirySection } from "./overview-charts";
import { confirm, dismiss } from "./overview-actions";

export const metadata = { title: "Overview" };

export default async function OverviewPage() {
  const { actor, deps } = await openPage("overview.read", { action: "overview.read" });
  const mayWatch = scopeOf(actor.role, "alerts.read") !== "none";
  const mayManageNames = scopeOf(actor.role, "names.manage") !== "none";
  const mayAudit = scopeOf(actor.role, "audit.read") !== "none";
  const mayAdminister = scopeOf(actor.role, "accounts.write") !== "none";
  const [overview, open, names, checklist] = await Promise.all([
    getOverview(deps, actor),
    mayWatch ? listWorstAlerts(deps, actor, 4) : null,
    mayManageNames ? getNameStatus(deps, actor) : null,
    mayAdminister ? getChecklist(deps, actor, readEnv().CHANCERY_KEK_PLACE) : null,
  ]);
  const mayIssue = scopeOf(actor.role, "certificates.issue") !== "none";
  return (
    <>
      <PageHeader
        title="Overview"
        description={`${plural(overview.counts.valid, "valid certificate")} · ${plural(overview.identities, "identity", "identities")}`}
        action={
          mayIssue && (
            <ButtonLink href="/certificates/new" variant="primary" icon={<Plus aria-hidden />}>
              Issue certificate
            </ButtonLink>
          )
        }
      />
      <Stack>
        {names && <NamesBanner {...names} />}
        <RotationsBanner overdue={overview.overdueRotations} />
        {checklist && <ChecklistCard checklist={checklist} actions={{ confirm, dismiss }} />}
        <StateStats overview={overview} />
        <Grid columns="main">
          <Stack>
            <ExpirySection deps={deps} actor={actor} />
            <IssuingChart days={overview.days} linked={mayAudit} />
            <ExpiringList overview={overview} now={deps.clock.now()} />
            <RecentActivity latest={overview.latest} linked={mayAudit} />
          </Stack>
          <Stack>
            {open !== null && <ActiveAlertsCard items={open} />}
            <AuthorityList authorities={overview.authorities} />
            {mayAudit && <DeniedSection deps={deps} actor={actor} />}
          </Stack>
        </Grid>
      </Stack>
    </>
  );
}

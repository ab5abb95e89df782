import { Plus } from "lucide-react";
import { AuthorityList } from "@/components/overview/authority-list";
import { ExpiringList } from "@/components/overview/expiring-list";
import { OpenIncidents } from "@/components/custody/open-incidents";
import { IssuingChart } from "@/components/overview/issuing-chart";
import { LatestActs } from "@/components/overview/latest-acts";
import { StateStats } from "@/components/overview/state-stats";
import { ButtonLink } from "@/components/ui/button";
import { Grid, Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { listWorstAlerts } from "@/lib/alerts/list-worst-alerts";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/auth/permissions";
import { plural } from "@/lib/format/count";
import { getOverview } from "@/lib/overview/get-overview";

export const metadata = { title: "Overview" };

export default async function OverviewPage() {
  const { actor, deps } = await openPage("overview.read", { action: "overview.read" });
  const mayWatch = scopeOf(actor.role, "alerts.read") !== "none";
  const [overview, open] = await Promise.all([
    getOverview(deps, actor),
    mayWatch ? listWorstAlerts(deps, actor, 4) : null,
  ]);
  const mayIssue = scopeOf(actor.role, "certificates.issue") !== "none";
  return (
    <>
      <PageHeader
        title="Overview"
        sentence={`${plural(overview.counts.valid, "valid certificate")}; ${plural(overview.identities, "identity", "identities")} besides Chancery’s own.`}
        action={
          mayIssue && (
            <ButtonLink href="/certificates/new" variant="primary" icon={<Plus aria-hidden />}>
              Issue certificate
            </ButtonLink>
          )
        }
      />
      <Stack>
        <StateStats overview={overview} />
        <Grid columns="main">
          <Stack>
            <IssuingChart days={overview.days} />
            <ExpiringList items={overview.expiring} now={deps.clock.now()} />
            <LatestActs
              latest={overview.latest}
              linked={scopeOf(actor.role, "audit.read") !== "none"}
            />
          </Stack>
          <Stack>
            {open !== null && <OpenIncidents items={open} />}
            <AuthorityList authorities={overview.authorities} />
          </Stack>
        </Grid>
      </Stack>
    </>
  );
}

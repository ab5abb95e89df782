import { Siren } from "lucide-react";
import { DrillHistory } from "@/components/log/drill/drill-history";
import { DrillReportCard } from "@/components/log/drill/drill-report";
import { DrillRunner } from "@/components/log/drill/drill-runner";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { awaitIndexed } from "@/lib/log/sequence/await-indexed";
import { listDrills } from "@/lib/drills/drills";
import { getLogState } from "@/lib/log/live/get-log-state";
import { drill as runDrill } from "@/app/(console)/audit/log/actions";

export const metadata = { title: "Tamper drill" };

export default async function DrillPage({
  searchParams,
}: Readonly<{ searchParams: Promise<Record<string, string | string[] | undefined>> }>) {
  const { actor, deps } = await openPage("audit.verify", { action: "log.read" });
  const { drill: requested } = await searchParams;
  // Includes work that finished a moment ago.
  await awaitIndexed(deps.db);
  const [drills, { size, halted }] = await Promise.all([
    listDrills(deps, actor),
    getLogState(deps, actor),
  ]);
  const [last] = drills,
    selected = drills.find(({ seq }) => String(seq) === requested) ?? last,
    others = drills.filter((one) => one !== selected);
  return (
    <>
      <PageHeader
        title="Tamper drill"
        description="Simulates attacks with full database access on a copy of the log, and shows which control detects each one."
        crumbs={[{ label: "Log & proofs", href: "/audit/log" }]}
      />
      <Stack>
        <DrillRunner
          size={size}
          request={runDrill}
          blockedBy={
            halted
              ? "The audit log is halted, so a drill can’t be recorded. Run npx chancery drill instead, which isn’t recorded."
              : undefined
          }
        />
        {selected ? (
          <DrillReportCard
            drill={selected}
            title={selected === last ? "Last drill" : `Drill in entry ${selected.seq}`}
          />
        ) : (
          <Card>
            <EmptyState icon={<Siren aria-hidden />} title="No drill yet">
              Run a drill to see which control detects each attack, and how fast. It takes a minute
              or two.
            </EmptyState>
          </Card>
        )}
        {others.length > 0 && <DrillHistory drills={others} />}
      </Stack>
    </>
  );
}

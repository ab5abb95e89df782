import { Siren } from "lucide-react";
import { DrillHistory } from "@/components/log/drill-history";
import { DrillReportCard } from "@/components/log/drill-report";
import { DrillRunner } from "@/components/log/drill-runner";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { awaitIndexed } from "@/lib/log/await-indexed";
import { listDrills } from "@/lib/log/drills";
import { getLogState } from "@/lib/log/get-log-state";
import { drill as runDrill } from "../log/actions";

export const metadata = { title: "Tamper drill" };

export default async function DrillPage({
  searchParams,
}: Readonly<{ searchParams: Promise<Record<string, string | string[] | undefined>> }>) {
  const { actor, deps } = await openPage("audit.verify", { action: "log.read" });
  const { drill: asked } = await searchParams;
  // What ended a moment ago stands here, too.
  await awaitIndexed(deps.db);
  const [drills, { size, halted }] = await Promise.all([
    listDrills(deps, actor),
    getLogState(deps, actor),
  ]);
  const [last] = drills,
    shown = drills.find(({ seq }) => String(seq) === asked) ?? last,
    others = drills.filter((one) => one !== shown);
  return (
    <>
      <PageHeader
        title="Tamper drill"
        sentence="Would anybody notice? What an attacker with every right to the database can do, done to a copy, and which control sees it."
        crumbs={[{ label: "Log & proofs", href: "/audit/log" }]}
      />
      <Stack>
        <DrillRunner
          size={size}
          request={runDrill}
          blockedBy={
            halted
              ? "The log is halted: nothing new can be recorded, and so no drill. npx chancery drill does it without a record."
              : undefined
          }
        />
        {shown ? (
          <DrillReportCard
            drill={shown}
            title={shown === last ? "Last drill" : `Drill of entry ${shown.seq}`}
          />
        ) : (
          <Card>
            <EmptyState icon={<Siren aria-hidden />} title="No drill yet">
              Run one: it takes a minute or two, and its report says which control caught each
              attack, and how fast.
            </EmptyState>
          </Card>
        )}
        {others.length > 0 && <DrillHistory drills={others} />}
      </Stack>
    </>
  );
}

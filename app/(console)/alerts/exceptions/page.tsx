import { AlertTabs } from "@/components/alerts/alert-tabs";
import { ExceptionTable } from "@/components/alerts/exception-table";
import { Card } from "@/components/ui/card";
import { Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { listExceptions } from "@/lib/alerts/exceptions";
import { titleOf } from "@/lib/alerts/rules/all-rules";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/auth/permissions";
import { plural } from "@/lib/format/count";
import { end } from "../actions";

export const metadata = { title: "Exceptions from alerts" };

export default async function ExceptionsPage() {
  const { actor, deps } = await openPage("alerts.read", { action: "exception.read" });
  const items = await listExceptions(deps, actor, { all: true }),
    now = deps.clock.now().toISOString();
  const all = items.map((one) => ({ ...one, ruleTitle: titleOf(one.rule) })),
    inForce = all.filter(({ endedAt, expiresAt }) => endedAt === null && expiresAt > now),
    ended = all.filter((one) => !inForce.includes(one));
  return (
    <>
      <PageHeader
        title="Exceptions"
        sentence={`${inForce.length === 0 ? "" : `${plural(inForce.length, "exception")} in force. `}Each keeps one rule quiet about one subject for a while, and ends by itself.`}
      />
      <AlertTabs />
      <Stack>
        <Card title="In force" padding="flush">
          <ExceptionTable
            caption="Exceptions in force"
            items={inForce}
            ended={false}
            end={scopeOf(actor.role, "alerts.handle") === "none" ? undefined : end}
          />
        </Card>
        {ended.length > 0 && (
          <Card title="Ended" padding="flush">
            <ExceptionTable caption="Exceptions that have ended" items={ended} ended />
          </Card>
        )}
      </Stack>
    </>
  );
}

import { AlertTabs } from "@/components/alerts/alert-tabs";
import { ExceptionTable } from "@/components/alerts/exceptions/exception-table";
import { Card } from "@/components/ui/card";
import { Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { listExceptions } from "@/lib/alerts/manage-exceptions";
import { listRules } from "@/lib/alerts/read-rules";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { plural } from "@/lib/format/count";
import { end } from "@/app/(console)/alerts/actions";

export const metadata = { title: "Alert exceptions" };

export default async function ExceptionsPage() {
  const { actor, deps } = await openPage("alerts.read", { action: "exception.read" });
  const [items, rules] = await Promise.all([
    listExceptions(deps, actor, { all: true }),
    listRules(deps, actor),
  ]);
  const now = deps.clock.now().toISOString(),
    titles = new Map(rules.map(({ name, title }) => [name, title]));
  const all = items.map((one) => ({ ...one, ruleTitle: titles.get(one.rule) ?? one.rule })),
    active = all.filter(({ endedAt, expiresAt }) => endedAt === null && expiresAt > now),
    ended = all.filter((one) => !active.includes(one));
  return (
    <>
      <PageHeader
        title="Exceptions"
        description={`${active.length === 0 ? "" : `${plural(active.length, "active exception")}. `}An exception stops one rule from raising alerts about one subject, and expires automatically.`}
      />
      <AlertTabs />
      <Stack>
        <Card title="Active" padding="flush">
          <ExceptionTable
            caption="Active exceptions"
            items={active}
            ended={false}
            end={scopeOf(actor.role, "alerts.handle") === "none" ? undefined : end}
          />
        </Card>
        {ended.length > 0 && (
          <Card title="Ended" padding="flush">
            <ExceptionTable caption="Ended exceptions" items={ended} ended />
          </Card>
        )}
      </Stack>
    </>
  );
}

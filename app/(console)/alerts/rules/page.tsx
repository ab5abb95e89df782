import { AlertTabs } from "@/components/alerts/alert-tabs";
import { RuleList } from "@/components/alerts/rules/rule-list";
import { EvaluationProgress } from "@/components/alerts/evaluation-progress";
import { Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { getWatchState, listRules } from "@/lib/alerts/read-rules";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { plural } from "@/lib/format/count";
import { update } from "@/app/(console)/alerts/actions";

export const metadata = { title: "Alert rules" };

export default async function RulesPage() {
  const { actor, deps } = await openPage("alerts.read", { action: "rule.read" });
  const [items, watch] = await Promise.all([listRules(deps, actor), getWatchState(deps, actor)]);
  const off = items.filter(({ enabled }) => !enabled).length;
  return (
    <>
      <PageHeader
        title="Rules"
        description={`${plural(items.length, "rule")} evaluate every entry of the audit log.${off === 0 ? "" : ` ${plural(off, "rule")} ${off === 1 ? "is" : "are"} off.`}`}
      />
      <AlertTabs />
      <Stack>
        <RuleList
          rules={items}
          update={scopeOf(actor.role, "rules.write") === "none" ? undefined : update}
        />
        <EvaluationProgress state={watch} />
      </Stack>
    </>
  );
}

import { AlertTabs } from "@/components/alerts/alert-tabs";
import { RuleList } from "@/components/alerts/rule-list";
import { WatchLine } from "@/components/alerts/watch-line";
import { Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { getWatchState } from "@/lib/alerts/get-watch-state";
import { listRules } from "@/lib/alerts/list-rules";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/auth/permissions";
import { plural } from "@/lib/format/count";
import { update } from "../actions";

export const metadata = { title: "Rules of alerts" };

export default async function RulesPage() {
  const { actor, deps } = await openPage("alerts.read", { action: "rule.read" });
  const [items, watch] = await Promise.all([listRules(deps, actor), getWatchState(deps, actor)]);
  const off = items.filter(({ enabled }) => !enabled).length;
  return (
    <>
      <PageHeader
        title="Rules"
        sentence={`${plural(items.length, "rule")} read the log, entry by entry, and remember how far they are.${off === 0 ? "" : ` ${plural(off, "rule")} ${off === 1 ? "is" : "are"} off.`}`}
      />
      <AlertTabs />
      <Stack>
        <RuleList
          rules={items}
          update={scopeOf(actor.role, "rules.write") === "none" ? undefined : update}
        />
        <WatchLine state={watch} />
      </Stack>
    </>
  );
}

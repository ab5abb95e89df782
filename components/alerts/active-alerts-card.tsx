import { ShieldCheck } from "lucide-react";
import { SeverityIcon } from "./alert-badges";
import { severityOrder, severityLabels } from "@/components/shared/severity-labels";
import { subjectName } from "./alert-labels";
import { Card } from "@/components/ui/card";
import { ChipLink, ChipRow } from "@/components/ui/chip";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import type { AlertDto } from "@/lib/alerts/schema";
import type { CustodyView } from "@/lib/custody/types";
import { formatCount } from "@/lib/format/count";

type Props = Readonly<{
  alerts?: CustodyView["alerts"] | undefined;
  /** The most severe ones. */ items: readonly AlertDto[];
}>;

/** Open and acknowledged alerts: the number of each severity, and the most severe ones. */
export function ActiveAlertsCard({ alerts, items }: Props) {
  return (
    <Card title="Active alerts" aside={<Link href="/alerts">All alerts</Link>}>
      {items.length === 0 ? (
        <p className="flex items-center gap-2 text-sm">
          <ShieldCheck aria-hidden className="size-4 shrink-0 text-valid" />
          No open alerts.
        </p>
      ) : (
        <div className="flex flex-col gap-3">
          {alerts && (
            <ChipRow label="By severity">
              {severityOrder
                .filter((severity) => alerts[severity] > 0)
                .map((severity) => (
                  <ChipLink
                    key={severity}
                    href={`/alerts?severity=${severity}`}
                    icon={<SeverityIcon severity={severity} named={false} />}
                    count={formatCount(alerts[severity])}
                  >
                    {severityLabels[severity]}
                  </ChipLink>
                ))}
            </ChipRow>
          )}
          <ul className="flex flex-col gap-2.5">
            {items.map(({ id, severity, ruleTitle, summary, subject, count, lastAt }) => (
              <li key={id} className="flex items-start gap-2 text-sm">
                <span className="mt-0.5 flex">
                  <SeverityIcon severity={severity} />
                </span>
                <span className="min-w-0">
                  <span title={summary}>
                    <Link href={`/alerts/${id}`} variant="quiet">
                      {ruleTitle}
                    </Link>
                  </span>
                  <span className="block text-xs break-words text-muted">
                    {subjectName(subject)}
                    {count > 1 && `, ${formatCount(count)} times`} · <Time at={lastAt} />
                  </span>
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}

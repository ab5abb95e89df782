import { CircleUser } from "lucide-react";
import { listHref, type Params } from "@/components/filters/list-href";
import { ChipLink, ChipRow, FilterChip } from "@/components/ui/chip";
import { formatCount } from "@/lib/format/count";
import type { AlertStatus } from "@/lib/alerts/schema";
import { SeverityIcon } from "./alert-badges";
import { severityOrder, severityLabels } from "@/components/shared/severity-labels";

type Props = Readonly<{
  path: string;
  params: Params;
  counts: Readonly<Record<AlertStatus, number>>;
  /** The signed-in user, for "Assigned to me". */
  me: string | null;
  identityName: string | undefined;
}>;

/**
 * Filters by state and severity. The default shows open and acknowledged alerts.
 */
export function AlertChips({ path, params, counts, me, identityName }: Props) {
  const status = params["status"] ?? "unresolved",
    severity = params["severity"];
  const set = (name: string, value: string | null) => listHref(path, params, { [name]: value });
  return (
    <div className="flex flex-col gap-2 pb-3">
      <div className="flex flex-wrap gap-x-4 gap-y-2">
        <ChipRow label="State">
          <ChipLink
            href={set("status", null)}
            active={status === "unresolved"}
            count={formatCount(counts.open + counts.acknowledged)}
          >
            Active
          </ChipLink>
          <ChipLink
            href={set("status", "open")}
            active={status === "open"}
            count={formatCount(counts.open)}
          >
            Open
          </ChipLink>
          <ChipLink
            href={set("status", "acknowledged")}
            active={status === "acknowledged"}
            count={formatCount(counts.acknowledged)}
          >
            Acknowledged
          </ChipLink>
          <ChipLink
            href={set("status", "resolved")}
            active={status === "resolved"}
            count={formatCount(counts.resolved)}
          >
            Resolved
          </ChipLink>
          <ChipLink href={set("status", "all")} active={status === "all"}>
            All
          </ChipLink>
        </ChipRow>
        <ChipRow label="Severity">
          {severityOrder.map((value) => (
            <ChipLink
              key={value}
              href={set("severity", severity === value ? null : value)}
              active={severity === value}
              icon={<SeverityIcon severity={value} named={false} />}
            >
              {severityLabels[value]}
            </ChipLink>
          ))}
        </ChipRow>
        {me !== null && (
          <ChipRow label="Assignee">
            <ChipLink
              href={set("assigned", params["assigned"] === me ? null : me)}
              active={params["assigned"] === me}
              icon={<CircleUser aria-hidden />}
            >
              Assigned to me
            </ChipLink>
          </ChipRow>
        )}
      </div>
      {(params["identity"] ?? params["subject"]) && (
        <ChipRow label="Filters">
          {params["identity"] && (
            <FilterChip
              label="Identity"
              value={identityName ?? params["identity"]}
              removeHref={set("identity", null)}
            />
          )}
          {params["subject"] && (
            <FilterChip
              label="Subject"
              value={params["subject"]}
              removeHref={set("subject", null)}
            />
          )}
        </ChipRow>
      )}
    </div>
  );
}

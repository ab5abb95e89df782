import { CircleUser } from "lucide-react";
import { addressOf, type Params } from "@/components/filters/list-address";
import { ChipLink, ChipRow, FilterChip } from "@/components/ui/chip";
import { formatCount } from "@/lib/format/count";
import type { AlertStatus } from "@/lib/alerts/schema";
import { SeverityIcon } from "./alert-look";
import { severityOrder, severityWords } from "./alert-words";

type Props = Readonly<{
  path: string;
  params: Params;
  counts: Readonly<Record<AlertStatus, number>>;
  /** Who is looking, for "Mine". */
  me: string | null;
  identityName: string | undefined;
}>;

/** What the list shows: what is not resolved first; every other state and severity one chip away. */
export function AlertChips({ path, params, counts, me, identityName }: Props) {
  const shown = params["status"] ?? "unresolved",
    severity = params["severity"];
  const set = (name: string, value: string | null) => addressOf(path, params, { [name]: value });
  return (
    <div className="flex flex-col gap-2 pb-3">
      <div className="flex flex-wrap gap-x-4 gap-y-2">
        <ChipRow label="State">
          <ChipLink
            href={set("status", null)}
            active={shown === "unresolved"}
            count={formatCount(counts.open + counts.acknowledged)}
          >
            Unresolved
          </ChipLink>
          <ChipLink
            href={set("status", "open")}
            active={shown === "open"}
            count={formatCount(counts.open)}
          >
            Open
          </ChipLink>
          <ChipLink
            href={set("status", "acknowledged")}
            active={shown === "acknowledged"}
            count={formatCount(counts.acknowledged)}
          >
            Acknowledged
          </ChipLink>
          <ChipLink
            href={set("status", "resolved")}
            active={shown === "resolved"}
            count={formatCount(counts.resolved)}
          >
            Resolved
          </ChipLink>
          <ChipLink href={set("status", "all")} active={shown === "all"}>
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
              {severityWords[value]}
            </ChipLink>
          ))}
        </ChipRow>
        {me !== null && (
          <ChipRow label="Whose">
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

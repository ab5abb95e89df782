import { Eye, OctagonX } from "lucide-react";
import { listHref, type Params } from "@/components/filters/list-href";
import { ChipLink, ChipRow, FilterChip } from "@/components/ui/chip";
import { formatCount } from "@/lib/format/count";
import { countCap } from "@/lib/log/schema";
import { timeText } from "./time-text";

const labels: Readonly<Record<string, string>> = {
  q: "Words",
  actor: "Actor",
  action: "Action",
  target: "Target",
  certificate: "Certificate",
  serial: "Serial number",
  ip: "Address",
};
const times = ["period", "from", "to"];
const count = (value: number) => `${formatCount(value)}${value >= countCap ? "+" : ""}`;

type Props = Readonly<{
  path: string;
  params: Params;
  /** Reads that match the same filters. */ reads: number;
  /** The names of the chosen action and period. */
  actionName: string;
  periodName: string | null;
}>;

/**
 * What the list shows: actions and denials by default, reads on request and counted; below, the
 * active filters.
 */
export function AuditChips({ path, params, reads, actionName, periodName }: Props) {
  const shownReads = params["reads"] ?? "exclude",
    outcome = params["outcome"];
  const set = (name: string, value: string | null) => listHref(path, params, { [name]: value });
  const active = Object.keys(labels).filter((name) => params[name]);
  const time = [periodName, timeText(params["from"], params["to"])].filter(Boolean).join(", ");
  return (
    <div className="flex flex-col gap-2 pb-3">
      <ChipRow label="Entries shown">
        <ChipLink href={set("reads", null)} active={shownReads === "exclude"}>
          Actions and denials
        </ChipLink>
        <ChipLink
          href={set("reads", "include")}
          active={shownReads === "include"}
          icon={<Eye aria-hidden />}
          count={count(reads)}
        >
          With reads
        </ChipLink>
        <ChipLink
          href={set("reads", "only")}
          active={shownReads === "only"}
          icon={<Eye aria-hidden />}
        >
          Only reads
        </ChipLink>
        <ChipLink
          href={set("outcome", outcome === "denied" ? null : "denied")}
          active={outcome === "denied"}
          icon={<OctagonX aria-hidden />}
        >
          Denied
        </ChipLink>
        <ChipLink
          href={set("outcome", outcome === "failure" ? null : "failure")}
          active={outcome === "failure"}
          icon={<OctagonX aria-hidden />}
        >
          Failed
        </ChipLink>
      </ChipRow>
      {(active.length > 0 || time !== "") && (
        <ChipRow label="Filters">
          {time !== "" && (
            <FilterChip
              label="Time"
              value={time}
              removeHref={listHref(
                path,
                params,
                Object.fromEntries(times.map((name) => [name, null])),
              )}
            />
          )}
          {active.map((name) => (
            <FilterChip
              key={name}
              label={labels[name] ?? name}
              value={name === "action" ? actionName : (params[name] ?? "")}
              removeHref={set(name, null)}
            />
          ))}
        </ChipRow>
      )}
    </div>
  );
}

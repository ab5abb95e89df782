import { Eye, OctagonX } from "lucide-react";
import { listHref, type Params } from "@/components/filters/list-href";
import { ChipLink, ChipRow, FilterChip } from "@/components/ui/chip";
import { formatCount } from "@/lib/format/count";

const labels: Readonly<Record<string, string>> = {
  from: "From",
  to: "To",
  actor: "Actor",
  action: "Action",
  target: "Target",
  certificate: "Certificate",
  serial: "Serial number",
  ip: "Address",
};
const count = (value: number) => (value >= 10_000 ? "10,000+" : formatCount(value));

type Props = Readonly<{
  path: string;
  params: Params;
  /** Reads that match the same filters. */ reads: number;
}>;

/**
 * What the list shows: actions and denials by default, reads on request and counted; below, the
 * active filters.
 */
export function AuditChips({ path, params, reads }: Props) {
  const shownReads = params["reads"] ?? "exclude",
    outcome = params["outcome"];
  const set = (name: string, value: string | null) => listHref(path, params, { [name]: value });
  const active = Object.keys(labels).filter((name) => params[name]);
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
      {active.length > 0 && (
        <ChipRow label="Filters">
          {active.map((name) => (
            <FilterChip
              key={name}
              label={labels[name] ?? name}
              value={params[name] ?? ""}
              removeHref={set(name, null)}
            />
          ))}
        </ChipRow>
      )}
    </div>
  );
}

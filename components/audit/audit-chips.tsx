import { Eye, OctagonX } from "lucide-react";
import { addressOf, type Params } from "@/components/filters/list-address";
import { ChipLink, ChipRow, FilterChip } from "@/components/ui/chip";
import { formatCount } from "@/lib/format/count";

const labels: Readonly<Record<string, string>> = {
  from: "From",
  to: "Until",
  actor: "Actor",
  action: "Action",
  target: "Target",
  certificate: "Certificate",
  serial: "Serial",
  ip: "Address",
};
const count = (value: number) => (value >= 10_000 ? "10,000 and more" : formatCount(value));

type Props = Readonly<{
  path: string;
  params: Params;
  /** Reads that match the same filters. */ reads: number;
}>;

/** What the list shows: acts and refusals first, reads one chip away and counted; below, the filters that are on. */
export function AuditChips({ path, params, reads }: Props) {
  const shown = params["reads"] ?? "exclude",
    outcome = params["outcome"];
  const set = (name: string, value: string | null) => addressOf(path, params, { [name]: value });
  const active = Object.keys(labels).filter((name) => params[name]);
  return (
    <div className="flex flex-col gap-2 pb-3">
      <ChipRow label="What is shown">
        <ChipLink href={set("reads", null)} active={shown === "exclude"}>
          Acts and refusals
        </ChipLink>
        <ChipLink
          href={set("reads", "include")}
          active={shown === "include"}
          icon={<Eye aria-hidden />}
          count={count(reads)}
        >
          With reads
        </ChipLink>
        <ChipLink href={set("reads", "only")} active={shown === "only"} icon={<Eye aria-hidden />}>
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

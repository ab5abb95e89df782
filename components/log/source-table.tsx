import { StateBadge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { MonoId } from "@/components/ui/mono-id";
import { DataTable } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { formatCount, plural } from "@/lib/format/count";
import type { SourceView } from "@/lib/log/types-of-proof";

/** Each run of a process that writes entries: it numbers them itself, so what never arrived is missed. */
export function SourceTable({ sources }: Readonly<{ sources: readonly SourceView[] }>) {
  const ordered = sources.toSorted((one, other) => other.missingCount - one.missingCount || other.lastSeenAt.localeCompare(one.lastSeenAt));
  return (
    <Card padding="flush" title="Sources" description="Each process numbers its entries before they reach the database; a number that never arrives is a gap.">
      <DataTable<SourceView> bare caption="Sources" rows={ordered} rowKey={({ id, boot }) => `${id} ${boot}`} empty={<p className="px-4 pb-4 text-sm text-muted">No source has reported yet; each does within a minute.</p>} columns={[
        { key: "id", header: "Source", cell: ({ id }) => <span className="font-medium">{id}</span> },
        { key: "gaps", header: "Gaps", width: "fit", cell: ({ missing, missingCount }) => missingCount === 0 ? <span className="text-muted">None</span> : <span className="inline-flex items-center gap-2"><StateBadge state="denied" word={`${formatCount(missingCount)} missing`} /><span className="max-w-48 truncate font-mono text-xs" data-tip={missing}>{missing}</span></span> },
        { key: "arrived", header: "Arrived", width: "fit", align: "end", cell: ({ arrived, settled }) => <span data-tip={`settled up to number ${formatCount(settled)}`}>{formatCount(arrived)}</span> },
        { key: "boot", header: "Run", width: "fit", hideBelow: "md", cell: ({ boot }) => <MonoId value={boot} label="run" kind="text" /> },
        { key: "seen", header: "Last heard", width: "fit", hideBelow: "sm", cell: ({ lastSeenAt, ended }) => <><Time at={lastSeenAt} />{ended && <span className="text-muted">, ended</span>}</> },
      ]} />
      {sources.length > 0 && <p className="border-t border-border px-4 py-2.5 text-xs text-muted">{plural(sources.length, "run")} of processes.</p>}
    </Card>
  );
}

import { Card } from "@/components/ui/card";
import { MonoId } from "@/components/ui/mono-id";
import { DataTable } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { formatCount } from "@/lib/format/count";
import type { LogState, WitnessView } from "@/lib/log/view-types";

/** The witnesses, the size that each has cosigned, and its last error. */
export function WitnessTable({
  state: { witnesses, quorum, size },
}: Readonly<{ state: LogState }>) {
  return (
    <Card
      padding="flush"
      title="Witnesses"
      description={
        witnesses.length === 0
          ? "Independent parties that cosign checkpoints, so that the log can’t present two different histories."
          : `A checkpoint is published when ${quorum} have cosigned it.`
      }
    >
      <DataTable<WitnessView>
        bare
        caption="Witnesses"
        rows={witnesses}
        rowKey={({ name }) => name}
        empty={
          <div className="px-4 pb-4 text-sm text-muted">
            No witnesses are configured. The checkpoint is also stored in a file outside the
            database, which the signer checks before it signs. Configure witnesses with{" "}
            <code className="font-mono text-xs">CHANCERY_WITNESS_POLICY</code>;{" "}
            <code className="font-mono text-xs">npx chancery witness</code> is a witness that
            another team can run.
          </div>
        }
        columns={[
          {
            key: "name",
            header: "Witness",
            width: "grow",
            cell: (one) => <WitnessName witness={one} />,
          },
          {
            key: "size",
            header: "Cosigned",
            width: "fit",
            cell: (one) => <CosignedSize witness={one} size={size} />,
          },
        ]}
      />
    </Card>
  );
}

function WitnessName({
  witness: { name, vkey, error, errorAt },
}: Readonly<{ witness: WitnessView }>) {
  return (
    <span className="block py-1 whitespace-normal">
      <span className="font-medium break-all">{name}</span>
      <span className="block text-xs text-muted">
        Key <MonoId value={vkey} label="verifier key" kind="text" />
      </span>
      {error !== null && (
        <span className="block text-xs text-revoked">
          {error} {errorAt && <Time at={errorAt} />}
        </span>
      )}
    </span>
  );
}

function CosignedSize({ witness, size }: Readonly<{ witness: WitnessView; size: number }>) {
  if (witness.size === null || witness.cosignedAt === null)
    return <span className="text-muted">None yet</span>;
  return (
    <span className="block">
      {formatCount(witness.size)}
      {witness.size < size && <span className="text-muted"> of {formatCount(size)}</span>}
      <span className="block text-xs text-muted">
        <Time at={witness.cosignedAt} />
      </span>
    </span>
  );
}

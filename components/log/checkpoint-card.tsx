import { FileDown } from "lucide-react";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { DataList } from "@/components/ui/data-list";
import { Stack } from "@/components/ui/layout";
import { MonoId } from "@/components/ui/mono-id";
import { formatCount, formatList } from "@/lib/format/count";
import type { LogState } from "@/lib/log/view-types";
import { Freshness } from "./freshness";
import { LevelBadge } from "@/components/shared/level-badge";
import { levelLabel } from "./state-labels";

/** The latest checkpoint with its verifier key: everything that a third party needs. */
export function CheckpointCard({ state, nowMs }: Readonly<{ state: LogState; nowMs: number }>) {
  const { checkpoint, logs, quorum } = state;
  if (checkpoint === null) {
    return (
      <Card title="Checkpoint">
        <p className="text-sm text-muted">
          No checkpoint has been published yet. The first one follows within a second of the first
          entry.
        </p>
      </Card>
    );
  }
  return (
    <Card
      title="Checkpoint"
      description="A C2SP signed note, also available at /log/checkpoint."
      aside={<LevelBadge level={state.level}>{levelLabel(state)}</LevelBadge>}
    >
      <Stack>
        <DataList
          items={[
            { label: "Entries", value: formatCount(checkpoint.size) },
            {
              label: "Root hash",
              value: <MonoId value={checkpoint.rootHex} label="root hash" whole />,
            },
            { label: "Signed", value: <Freshness at={checkpoint.signedAt} nowMs={nowMs} /> },
            {
              label: "Cosigned by",
              value:
                checkpoint.cosignedBy.length === 0
                  ? `No witnesses (${quorum})`
                  : `${formatList(checkpoint.cosignedBy)} (${quorum})`,
            },
          ]}
        />
        <CodeBlock
          label="Checkpoint"
          code={checkpoint.note}
          wrap
          aside={
            <ButtonLink
              href="/log/checkpoint"
              download="checkpoint.txt"
              variant="ghost"
              size="sm"
              icon={<FileDown aria-hidden />}
            >
              Download latest
            </ButtonLink>
          }
        />
        {logs[0] && <CodeBlock label="Verifier key" code={logs[0].vkey} wrap />}
      </Stack>
    </Card>
  );
}

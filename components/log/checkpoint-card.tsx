import { FileDown } from "lucide-react";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { DataList } from "@/components/ui/data-list";
import { Stack } from "@/components/ui/layout";
import { MonoId } from "@/components/ui/mono-id";
import { formatCount, joinWords } from "@/lib/format/count";
import type { LogState } from "@/lib/log/types-of-proof";
import { Freshness } from "./freshness";
import { LevelBadge } from "./level-badge";
import { levelWords } from "./state-words";

/** The newest checkpoint whole, with the key that verifies it: all that a stranger needs. */
export function CheckpointCard({ state, nowMs }: Readonly<{ state: LogState; nowMs: number }>) {
  const { checkpoint, logs, quorum } = state;
  if (checkpoint === null) {
    return (
      <Card title="Checkpoint">
        <p className="text-sm text-muted">
          None has been published yet. The first follows within a second of the first entry after
          the log got its key.
        </p>
      </Card>
    );
  }
  return (
    <Card
      title="Checkpoint"
      description="A C2SP signed note, the same as at /log/checkpoint."
      aside={<LevelBadge level={state.level}>{levelWords(state)}</LevelBadge>}
    >
      <Stack>
        <DataList
          items={[
            { label: "Entries", value: formatCount(checkpoint.size) },
            { label: "Root", value: <MonoId value={checkpoint.rootHex} label="root" whole /> },
            { label: "Signed", value: <Freshness at={checkpoint.signedAt} nowMs={nowMs} /> },
            {
              label: "Cosigned by",
              value:
                checkpoint.cosignedBy.length === 0
                  ? `Nobody; ${quorum}`
                  : `${joinWords(checkpoint.cosignedBy)} (${quorum})`,
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
              Newest
            </ButtonLink>
          }
        />
        {logs[0] && <CodeBlock label="Verifier key" code={logs[0].vkey} wrap />}
      </Stack>
    </Card>
  );
}

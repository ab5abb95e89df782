"use client";

import { Download } from "lucide-react";
import { useEffect, useState } from "react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Time } from "@/components/ui/time";
import type { CheckpointView, LogState } from "@/lib/log/view-types";
import type { StoredCheckpoint } from "@/components/log/shared/checkpoint-storage";
import type { Comparison } from "@/components/log/shared/compare-checkpoints";
import {
  verifyCheckpointNote,
  type CheckpointVerification,
} from "@/components/log/shared/verify-checkpoint";
import { LevelBadge } from "@/components/shared/level-badge";
import { saveText } from "@/components/ui/save-text";

type Props = Readonly<{ state: Pick<LogState, "checkpoint" | "logs"> }>;

/**
 * The checkpoint that this browser stored, and whether the latest one is consistent with it.
 * Computed in the browser when the page has loaded.
 */
export function BrowserCard({ state: { checkpoint, logs } }: Props) {
  const vkey = logs[0]?.vkey ?? null;
  const [result, setFound] = useState<CheckpointVerification | null>(null);
  useEffect(() => {
    let current = true;
    if (checkpoint !== null && vkey !== null)
      void verifyCheckpointNote(checkpoint.note, vkey).then((next) => {
        if (current) setFound(next);
      });
    return () => {
      current = false;
    };
  }, [checkpoint, vkey]);
  return (
    <Card title="This browser" aside={<span role="status">{badgeOf(checkpoint, result)}</span>}>
      <div className="flex min-h-20 flex-col gap-2 text-sm">
        <Explanation checkpoint={checkpoint} result={result} />
      </div>
    </Card>
  );
}

const contradicts = (memory: Comparison | null): boolean => memory?.outcome === "contradiction";

function badgeOf(checkpoint: CheckpointView | null, result: CheckpointVerification | null) {
  if (checkpoint === null) return <LevelBadge level="unsealed">No checkpoint yet</LevelBadge>;
  if (result === null) return <LevelBadge level="unsealed">Comparing…</LevelBadge>;
  if (result.unable !== null) return <LevelBadge level="unknown">Not compared</LevelBadge>;
  if (!result.signed || contradicts(result.memory))
    return (
      <LevelBadge level="failed">
        {result.signed ? "Contradiction" : "Not signed by the log"}
      </LevelBadge>
    );
  const labels = {
    first: "First visit",
    same: "Unchanged",
    grown: "Append-only",
    behind: "Consistent",
    contradiction: "",
    open: "Not compared",
  } as const;
  return (
    <LevelBadge
      level={result.memory === null || result.memory.outcome === "open" ? "unknown" : "signed"}
    >
      {result.memory === null ? "Not stored" : labels[result.memory.outcome]}
    </LevelBadge>
  );
}

function Explanation({
  checkpoint,
  result,
}: Readonly<{ checkpoint: CheckpointView | null; result: CheckpointVerification | null }>) {
  if (checkpoint === null)
    return <p className="text-muted">There is no checkpoint to compare yet.</p>;
  if (result === null) return <p className="text-muted">Computing in this browser…</p>;
  if (result.unable !== null) return <p className="text-muted">{result.unable}</p>;
  if (!result.signed)
    return (
      <Banner tone="danger" live title="The checkpoint isn’t signed with the log’s key.">
        It was not stored in this browser.
      </Banner>
    );
  if (result.memory === null)
    return (
      <p className="text-muted">
        The signature is valid, but this browser stores no data for this site, so it can’t compare.
      </p>
    );
  const { before, message } = result.memory;
  return (
    <>
      {contradicts(result.memory) ? (
        <Banner tone="danger" live title="The log contradicts a checkpoint that this browser saw">
          {message}
        </Banner>
      ) : (
        <p>{message}</p>
      )}
      {before && <StoredCheckpoint before={before} />}
    </>
  );
}

function StoredCheckpoint({ before }: Readonly<{ before: StoredCheckpoint }>) {
  return (
    <p className="flex flex-wrap items-center gap-x-2 text-xs text-muted">
      Last seen <Time at={before.seenAt} />
      <Button
        size="sm"
        variant="ghost"
        icon={<Download aria-hidden />}
        onClick={() => {
          saveText(`checkpoint-${before.size}.txt`, before.note);
        }}
      >
        Download
      </Button>
    </p>
  );
}

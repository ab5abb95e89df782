"use client";

import { Download } from "lucide-react";
import { useEffect, useState } from "react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Time } from "@/components/ui/time";
import type { CheckpointView, LogState } from "@/lib/log/types-of-proof";
import type { Remembered } from "./browser-memory";
import type { Comparison } from "./compare-memory";
import { judgeCheckpoint, type CheckpointJudgement } from "./judge-checkpoint";
import { LevelBadge } from "./level-badge";
import { saveText } from "./save-text";

type Props = Readonly<{ state: Pick<LogState, "checkpoint" | "logs"> }>;

/** What this browser remembers of the log, and whether the newest checkpoint goes on from it: computed here, as soon as the page is there. */
export function BrowserCard({ state: { checkpoint, logs } }: Props) {
  const vkey = logs[0]?.vkey ?? null;
  const [found, setFound] = useState<CheckpointJudgement | null>(null);
  useEffect(() => {
    let current = true;
    if (checkpoint !== null && vkey !== null)
      void judgeCheckpoint(checkpoint.note, vkey).then((next) => {
        if (current) setFound(next);
      });
    return () => {
      current = false;
    };
  }, [checkpoint, vkey]);
  return (
    <Card title="This browser" aside={<span role="status">{badgeOf(checkpoint, found)}</span>}>
      <div className="flex min-h-20 flex-col gap-2 text-sm">
        <Says checkpoint={checkpoint} found={found} />
      </div>
    </Card>
  );
}

const contradicts = (memory: Comparison | null): boolean => memory?.outcome === "contradiction";

function badgeOf(checkpoint: CheckpointView | null, found: CheckpointJudgement | null) {
  if (checkpoint === null) return <LevelBadge level="unsealed">Not yet sealed</LevelBadge>;
  if (found === null) return <LevelBadge level="unsealed">Comparing…</LevelBadge>;
  if (found.unable !== null) return <LevelBadge level="unknown">Not compared</LevelBadge>;
  if (!found.signed || contradicts(found.memory))
    return (
      <LevelBadge level="failed">
        {found.signed ? "Contradiction" : "Not signed by the log"}
      </LevelBadge>
    );
  const words = {
    first: "First seen",
    same: "Unchanged",
    grown: "Only grown",
    behind: "Consistent",
    contradiction: "",
    open: "Not compared",
  } as const;
  return (
    <LevelBadge
      level={found.memory === null || found.memory.outcome === "open" ? "unknown" : "signed"}
    >
      {found.memory === null ? "Not remembered" : words[found.memory.outcome]}
    </LevelBadge>
  );
}

function Says({
  checkpoint,
  found,
}: Readonly<{ checkpoint: CheckpointView | null; found: CheckpointJudgement | null }>) {
  if (checkpoint === null)
    return <p className="text-muted">There is no checkpoint to remember yet.</p>;
  if (found === null) return <p className="text-muted">Computing in this browser.</p>;
  if (found.unable !== null) return <p className="text-muted">{found.unable}</p>;
  if (!found.signed)
    return (
      <Banner tone="danger" live title="The checkpoint is not signed by the log’s key.">
        Nothing was remembered.
      </Banner>
    );
  if (found.memory === null)
    return (
      <p className="text-muted">
        The signature holds, but this browser keeps nothing for this site, so it cannot compare.
      </p>
    );
  const { before, says } = found.memory;
  return (
    <>
      {contradicts(found.memory) ? (
        <Banner tone="danger" live title="The log contradicts what this browser saw">
          {says}
        </Banner>
      ) : (
        <p>{says}</p>
      )}
      {before && <Kept before={before} />}
    </>
  );
}

function Kept({ before }: Readonly<{ before: Remembered }>) {
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
        What it saw
      </Button>
    </p>
  );
}

"use client";

import { ShieldCheck } from "lucide-react";
import { createContext, use, useState, type ReactNode } from "react";
import { LevelBadge, type Level } from "@/components/shared/level-badge";
import { findUnsupportedReason } from "@/components/log/shared/browser-support";
import { verifyEntry } from "@/components/log/shared/verify-entry";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/progress";
import { plural } from "@/lib/format/count";
import { webLogCrypto } from "@/lib/log/pure/web-crypto";
import type { EntryProof } from "@/lib/log/view-types";

type StepResult = Readonly<{ level: Level; label: string }>;
type EntryWithProof = Readonly<{ seq: number; bytesText: string; proof: EntryProof }>;
type State = Readonly<{
  phase: "idle" | "running" | "done";
  results: ReadonlyMap<number, StepResult>;
  problem: string | null;
}>;

const Proofs = createContext<ReadonlyMap<number, StepResult>>(new Map());
const initialState: State = { phase: "idle", results: new Map(), problem: null };

/**
 * Verifies every step of a timeline in the browser, one after the other, with one button.
 */
export function CustodyProofs({
  seqs,
  children,
}: Readonly<{ seqs: readonly number[]; children: ReactNode }>) {
  const [state, setState] = useState<State>(initialState);
  const run = async () => {
    setState({ ...initialState, phase: "running" });
    const why = await findUnsupportedReason();
    if (why !== null) {
      setState({ ...initialState, problem: why });
      return;
    }
    const proved = await readProofs(seqs);
    if (proved === null) {
      setState({
        ...initialState,
        problem: "The proofs couldn’t be loaded, so nothing was verified. Try again.",
      });
      return;
    }
    const results = new Map<number, StepResult>();
    for (const one of proved) {
      const { level, headline } = await verifyEntry(webLogCrypto, one);
      results.set(one.seq, { level, label: headline });
      setState({ phase: "running", results: new Map(results), problem: null });
    }
    setState({ phase: "done", results: results, problem: null });
  };
  return (
    <Proofs value={state.results}>
      <div className="flex min-h-8 flex-col gap-2 pb-3">
        {state.problem !== null && (
          <Banner tone="warning" live title="Nothing was verified">
            {state.problem}
          </Banner>
        )}
        {state.phase === "running" ? (
          <Progress
            label="Verifying in this browser"
            value={state.results.size}
            max={seqs.length}
            text={`${state.results.size} of ${seqs.length}`}
          />
        ) : state.phase === "done" ? (
          <p role="status" className="text-sm">
            {summaryOf(state.results, seqs.length)}
          </p>
        ) : (
          <div>
            <Button
              size="sm"
              icon={<ShieldCheck aria-hidden />}
              onClick={() => {
                void run();
              }}
            >
              Verify {seqs.length === 1 ? "this step" : `all ${seqs.length} steps`} in this browser
            </Button>
          </div>
        )}
      </div>
      {children}
    </Proofs>
  );
}

/** The proof of one step: as reported by the server at first, then as verified by this browser. */
export function StepProof({
  seq,
  checkpointSize,
}: Readonly<{ seq: number; checkpointSize: number | null }>) {
  const result = use(Proofs).get(seq);
  if (result) return <LevelBadge level={result.level}>{result.label}</LevelBadge>;
  return (
    <>
      {checkpointSize === null || seq >= checkpointSize
        ? "not in a checkpoint yet"
        : `in checkpoint ${checkpointSize}`}
    </>
  );
}

function summaryOf(results: ReadonlyMap<number, StepResult>, requested: number): string {
  const by = (level: Level) => [...results.values()].filter((one) => one.level === level).length;
  const failed = by("failed"),
    parts = [
      [by("witnessed"), "witnessed"],
      [by("signed"), "signed by the log only"],
      [by("unsealed"), "not in a checkpoint yet"],
    ] as const;
  const held = parts
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${count} ${words}`)
    .join(", ");
  const missing = requested - results.size;
  return `${failed > 0 ? `${plural(failed, "step")} failed verification. ` : ""}${held ? `Verified: ${held}.` : ""}${missing > 0 ? ` ${plural(missing, "step", "steps")} couldn’t be loaded.` : ""}`;
}

/** The most that the server returns at once. */
const batchSize = 100;

async function readProofs(seqs: readonly number[]): Promise<readonly EntryWithProof[] | null> {
  const proofs: EntryWithProof[] = [];
  for (let at = 0; at < seqs.length; at += batchSize) {
    const response = await fetch(`/audit/proofs?seqs=${seqs.slice(at, at + batchSize).join(",")}`, {
      cache: "no-store",
    }).catch(() => null);
    const answer: unknown = response?.ok ? await response.json().catch(() => null) : null;
    if (!Array.isArray(answer)) return null;
    proofs.push(...(answer as readonly EntryWithProof[]));
  }
  return proofs;
}

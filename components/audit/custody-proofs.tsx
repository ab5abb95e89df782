"use client";

import { ShieldCheck } from "lucide-react";
import { createContext, use, useState, type ReactNode } from "react";
import { LevelBadge, type Level } from "@/components/log/level-badge";
import { whyUnable } from "@/components/log/why-unable";
import { verifyEntry } from "@/components/log/verify-entry";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/progress";
import { plural } from "@/lib/format/count";
import { webLogCrypto } from "@/lib/log/pure/web-crypto";
import type { EntryProof } from "@/lib/log/types-of-proof";

type Found = Readonly<{ level: Level; words: string }>;
type Proved = Readonly<{ seq: number; bytesText: string; proof: EntryProof }>;
type State = Readonly<{
  phase: "idle" | "running" | "done";
  found: ReadonlyMap<number, Found>;
  problem: string | null;
}>;

const Proofs = createContext<ReadonlyMap<number, Found>>(new Map());
const before: State = { phase: "idle", found: new Map(), problem: null };

/** Verifies every step of a custody timeline in the reader's browser, one after the other, with one button. */
export function CustodyProofs({
  seqs,
  children,
}: Readonly<{ seqs: readonly number[]; children: ReactNode }>) {
  const [state, setState] = useState<State>(before);
  const run = async () => {
    setState({ ...before, phase: "running" });
    const why = await whyUnable();
    if (why !== null) {
      setState({ ...before, problem: why });
      return;
    }
    const proved = await readProofs(seqs);
    if (proved === null) {
      setState({
        ...before,
        problem: "The proofs could not be fetched. Nothing was verified; try again.",
      });
      return;
    }
    const found = new Map<number, Found>();
    for (const one of proved) {
      const { level, headline } = await verifyEntry(webLogCrypto, one);
      found.set(one.seq, { level, words: headline });
      setState({ phase: "running", found: new Map(found), problem: null });
    }
    setState({ phase: "done", found, problem: null });
  };
  return (
    <Proofs value={state.found}>
      <div className="flex min-h-8 flex-col gap-2 pb-3">
        {state.problem !== null && (
          <Banner tone="warning" live title="Nothing was verified">
            {state.problem}
          </Banner>
        )}
        {state.phase === "running" ? (
          <Progress
            label="Verifying in this browser"
            value={state.found.size}
            max={seqs.length}
            text={`${state.found.size} of ${seqs.length}`}
          />
        ) : state.phase === "done" ? (
          <p role="status" className="text-sm">
            {sumUp(state.found, seqs.length)}
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

/** The seal of one step: what the server says at first, what this browser computed after that. */
export function StepSeal({
  seq,
  checkpointSize,
}: Readonly<{ seq: number; checkpointSize: number | null }>) {
  const found = use(Proofs).get(seq);
  if (found) return <LevelBadge level={found.level}>{found.words}</LevelBadge>;
  return (
    <>
      {checkpointSize === null || seq >= checkpointSize
        ? "not yet sealed"
        : `sealed under checkpoint ${checkpointSize}`}
    </>
  );
}

function sumUp(found: ReadonlyMap<number, Found>, asked: number): string {
  const by = (level: Level) => [...found.values()].filter((one) => one.level === level).length;
  const failed = by("failed"),
    parts = [
      [by("witnessed"), "witnessed"],
      [by("signed"), "signed by the log alone"],
      [by("unsealed"), "not yet sealed"],
    ] as const;
  const held = parts
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${count} ${words}`)
    .join(", ");
  const missing = asked - found.size;
  return `${failed > 0 ? `${plural(failed, "step does", "steps do")} not verify. ` : ""}${held ? `Verified here: ${held}.` : ""}${missing > 0 ? ` ${plural(missing, "step", "steps")} could not be fetched.` : ""}`;
}

/** The server gives so many at once. */
const AT_ONCE = 100;

async function readProofs(seqs: readonly number[]): Promise<readonly Proved[] | null> {
  const found: Proved[] = [];
  for (let at = 0; at < seqs.length; at += AT_ONCE) {
    const response = await fetch(`/audit/proofs?seqs=${seqs.slice(at, at + AT_ONCE).join(",")}`, {
      cache: "no-store",
    }).catch(() => null);
    const answer: unknown = response?.ok ? await response.json().catch(() => null) : null;
    if (!Array.isArray(answer)) return null;
    found.push(...(answer as readonly Proved[]));
  }
  return found;
}

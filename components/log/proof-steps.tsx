import { CircleCheck, CircleDashed, CircleMinus, OctagonX } from "lucide-react";
import { MonoId } from "@/components/ui/mono-id";
import type { Comparison } from "./compare-memory";
import type { Verification } from "./use-verification";
import type { Step, StepName, StepState } from "./verify-entry";

const names: readonly (readonly [StepName, string])[] = [
  ["leaf", "Its bytes"],
  ["path", "Its place in the tree"],
  ["signature", "The log’s signature"],
  ["witnesses", "Witnesses"],
  ["memory", "What this browser saw before"],
];
/** As high as the longest usual result, so that nothing below moves when it comes. */
const computed = "min-h-[8.5rem] @sm:min-h-[4.5rem]";
const rooms: Readonly<Record<StepName, string>> = {
  leaf: computed,
  path: computed,
  signature: computed,
  witnesses: "min-h-[6.75rem] @sm:min-h-[5.75rem]",
  memory: "min-h-[9.25rem] @sm:min-h-[5.75rem]",
};
const icons = {
  verified: CircleCheck,
  failed: OctagonX,
  absent: CircleMinus,
  waiting: CircleDashed,
} as const;
const inks: Readonly<Record<StepState, string>> = {
  verified: "text-valid",
  failed: "text-revoked",
  absent: "text-muted",
  waiting: "text-pending",
};
const words: Readonly<Record<StepState, string>> = {
  verified: "Verified:",
  failed: "Does not hold:",
  absent: "Nothing to verify:",
  waiting: "Not verified:",
};

const memoryStates: Readonly<Record<Comparison["outcome"], StepState>> = {
  first: "absent",
  same: "verified",
  grown: "verified",
  behind: "verified",
  contradiction: "failed",
  open: "waiting",
};

/** Each step with what was computed. Its room is kept while the browser computes, so that nothing moves. */
export function ProofSteps({ verification }: Readonly<{ verification: Verification }>) {
  return (
    <div className="@container">
      <ol aria-label="Steps of the verification" className="flex flex-col">
        {names.map(([name, title]) => (
          <StepLine
            key={name}
            title={title}
            room={rooms[name]}
            step={stepOf(verification, name)}
            working={verification.state === "working"}
          />
        ))}
      </ol>
    </div>
  );
}

function stepOf(verification: Verification, name: StepName): Step {
  if (verification.state !== "done")
    return {
      state: "waiting",
      says: verification.state === "working" ? "Computing in this browser." : "Not computed here.",
    };
  const { verdict, memory } = verification;
  if (name !== "memory") return verdict.steps[name];
  if (memory !== null) return { state: memoryStates[memory.outcome], says: memory.says };
  return {
    state: "waiting",
    says:
      verdict.level === "failed"
        ? "Not compared, and what was remembered is kept: a step before does not hold."
        : verdict.level === "unsealed"
          ? "There is no checkpoint to compare yet."
          : "This browser keeps nothing for this site, so it cannot compare.",
  };
}

function StepLine({
  title,
  room,
  step,
  working,
}: Readonly<{ title: string; room: string; step: Step; working: boolean }>) {
  const Icon = icons[step.state];
  return (
    <li className={`flex gap-3 border-b border-border py-2.5 last:border-b-0 ${room}`}>
      <Icon
        aria-hidden
        className={`mt-1.25 size-4.5 shrink-0 ${inks[step.state]} ${working ? "breathe" : ""}`}
      />
      <div className="min-w-0 flex-1 text-sm">
        <div className="flex min-h-7 flex-wrap items-center justify-between gap-x-3">
          <p className="font-medium">{title}</p>
          {step.figure && (
            <span className="flex items-center gap-1.5 text-xs text-muted">
              {step.figure.label}
              <MonoId value={step.figure.hex} label={step.figure.label} />
            </span>
          )}
        </div>
        <p className={step.state === "failed" ? "text-revoked" : "text-muted"}>
          <span className="sr-only">{words[step.state]} </span>
          {step.says}
        </p>
      </div>
    </li>
  );
}

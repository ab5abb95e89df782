import { CircleCheck, CircleDashed, CircleMinus, OctagonX } from "lucide-react";
import { MonoId } from "@/components/ui/mono-id";
import type { Comparison } from "@/components/log/shared/compare-checkpoints";
import type { Verification } from "./use-verification";
import type { Step, StepName, StepState } from "@/components/log/shared/verify-entry";

const names: readonly (readonly [StepName, string])[] = [
  ["leaf", "Entry bytes"],
  ["path", "Inclusion in the tree"],
  ["signature", "Log signature"],
  ["witnesses", "Witnesses"],
  ["memory", "Consistency with earlier checkpoints"],
];
/** As high as the longest usual result, so that nothing below moves when it appears. */
const computedHeight = "min-h-[8.5rem] @sm:min-h-[4.5rem]";
const minHeights: Readonly<Record<StepName, string>> = {
  leaf: computedHeight,
  path: computedHeight,
  signature: computedHeight,
  witnesses: "min-h-[6.75rem] @sm:min-h-[5.75rem]",
  memory: "min-h-[9.25rem] @sm:min-h-[5.75rem]",
};
const icons = {
  verified: CircleCheck,
  failed: OctagonX,
  absent: CircleMinus,
  waiting: CircleDashed,
} as const;
const colors: Readonly<Record<StepState, string>> = {
  verified: "text-valid",
  failed: "text-revoked",
  absent: "text-muted",
  waiting: "text-pending",
};
const stateLabels: Readonly<Record<StepState, string>> = {
  verified: "Verified:",
  failed: "Failed:",
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

/**
 * Each step with its result. The space is reserved while the browser computes, so that nothing
 * moves.
 */
export function ProofSteps({ verification }: Readonly<{ verification: Verification }>) {
  return (
    <div className="@container">
      <ol aria-label="Steps of the verification" className="flex flex-col">
        {names.map(([name, title]) => (
          <StepLine
            key={name}
            title={title}
            room={minHeights[name]}
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
      message: verification.state === "working" ? "Computing in this browser…" : "Not computed.",
    };
  const { verdict, memory } = verification;
  if (name !== "memory") return verdict.steps[name];
  if (memory !== null) return { state: memoryStates[memory.outcome], message: memory.message };
  return {
    state: "waiting",
    message:
      verdict.level === "failed"
        ? "Not compared, because an earlier step failed. The checkpoint stored in this browser is kept."
        : verdict.level === "unsealed"
          ? "There is no checkpoint to compare yet."
          : "This browser stores no data for this site, so it can’t compare.",
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
        className={`mt-1.25 size-4.5 shrink-0 ${colors[step.state]} ${working ? "breathe" : ""}`}
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
          <span className="sr-only">{stateLabels[step.state]} </span>
          {step.message}
        </p>
      </div>
    </li>
  );
}

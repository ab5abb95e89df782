import { formatCount, plural } from "@/lib/format/count";
import type { HistogramStep } from "@/lib/log/schema";
import { stepText } from "@/components/audit/time-text";

/** The outcomes from the bottom of a bar to its top, with their names and colors. */
export const legend = [
  { key: "success", label: "Succeeded", dot: "bg-accent", bar: "fill-accent" },
  { key: "denied", label: "Denied", dot: "bg-denied", bar: "fill-denied" },
  { key: "failure", label: "Failed", dot: "bg-expiring", bar: "fill-expiring" },
] as const;

export const countOf = ({ success, denied, failure }: HistogramStep): number =>
  success + denied + failure;

/** A step in one sentence: when, how many entries, and how many of them failed. */
export function describeStep(step: HistogramStep, stepMs: number): string {
  const others = [
    step.denied > 0 ? `${formatCount(step.denied)} denied` : "",
    step.failure > 0 ? `${formatCount(step.failure)} failed` : "",
  ].filter(Boolean);
  return `${stepText(step.from, stepMs)}: ${[plural(countOf(step), "entry", "entries"), ...others].join(", ")}`;
}

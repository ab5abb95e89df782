"use client";

import clsx from "clsx";
import { ArrowDown, ArrowUp, Check, ChevronRight, Copy, Trash2, X } from "lucide-react";
import type { KeyboardEvent } from "react";
import { IconButton } from "@/components/ui/button";
import type { PolicyRule, RuleTrace } from "@/lib/policies/schema";
import { effectLabels, partLabels, rulePhrases, type IdentityNames } from "./policy-labels";
import { RuleDetails } from "./rule-details";
import { RuleFields, type RuleFieldsProps } from "./rule-fields";

export type RuleActions = Readonly<{
  change: (change: Partial<PolicyRule>) => void;
  move: (by: 1 | -1) => void;
  copy: () => void;
  remove: () => void;
}>;
type Props = Readonly<{
  rule: PolicyRule;
  at: number;
  count: number;
  open: boolean;
  names: IdentityNames;
  trace: RuleTrace | undefined;
  /** It has errors. */
  wrong: boolean;
  onOpen: (open: boolean) => void;
  /** Absent: read-only. */
  actions?: RuleActions | undefined;
  fields: Omit<RuleFieldsProps, "rule" | "names" | "onChange">;
}>;

const frames = {
  decided: "border-accent ring-1 ring-accent",
  "passed-over": "border-border",
  "not-reached": "border-border",
} as const;

/**
 * One rule: its position, its summary in one line, and its fields when expanded. Alt with the arrow
 * keys moves it.
 */
export function RuleRow({
  rule,
  at,
  count,
  open,
  names,
  trace,
  wrong,
  onOpen,
  actions,
  fields,
}: Props) {
  const keys = (event: KeyboardEvent) => {
    if (!actions || !event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    actions.move(event.key === "ArrowUp" ? -1 : 1);
  };
  return (
    <li
      className={clsx(
        "min-w-0 rounded-lg border bg-raised shadow-card transition-shadow",
        wrong ? "border-revoked" : trace ? frames[trace.state] : "border-border",
      )}
    >
      {/* The handler extends what the buttons inside do; the element itself isn't a control. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div className="flex items-start gap-1 p-1.5 max-sm:flex-col" onKeyDown={keys}>
        <button
          type="button"
          aria-expanded={open}
          onClick={() => {
            onOpen(!open);
          }}
          className="flex min-w-0 flex-1 items-start gap-2.5 rounded-md px-1.5 py-1 text-left hover:bg-hover max-sm:w-full"
        >
          <ChevronRight
            aria-hidden
            className={clsx(
              "mt-0.5 size-4 shrink-0 text-muted transition-transform",
              open && "rotate-90",
            )}
          />
          <span className="w-4 shrink-0 text-right text-sm text-muted">{at + 1}</span>
          {/* On a phone the summary takes the whole width, under the effect. */}
          <span className="flex min-w-0 flex-1 items-start gap-x-2.5 gap-y-1 max-sm:flex-col">
            <Effect effect={rule.effect} />
            <span className="max-w-full min-w-0 flex-1">
              <span className="block text-sm font-medium break-words">
                {rule.name || "Unnamed rule"}
              </span>
              <Phrases rule={rule} names={names} />
              {trace && <TraceLabel trace={trace} />}
            </span>
          </span>
        </button>
        {actions && <RuleButtons name={rule.name} at={at} count={count} actions={actions} />}
      </div>
      {open && (
        <div className="border-t border-border px-4 py-4">
          {actions ? (
            <RuleFields {...fields} rule={rule} names={names} onChange={actions.change} />
          ) : (
            <RuleDetails rule={rule} names={names} />
          )}
        </div>
      )}
    </li>
  );
}

/** Moves, duplicates or removes one rule. */
function RuleButtons({
  name,
  at,
  count,
  actions,
}: Readonly<{ name: string; at: number; count: number; actions: RuleActions }>) {
  return (
    <span className="flex shrink-0 max-sm:self-end">
      <IconButton
        size="sm"
        label={`Move ${name} up`}
        icon={<ArrowUp aria-hidden />}
        disabledReason={at === 0 ? "This is the first rule." : undefined}
        onClick={() => {
          actions.move(-1);
        }}
      />
      <IconButton
        size="sm"
        label={`Move ${name} down`}
        icon={<ArrowDown aria-hidden />}
        disabledReason={at === count - 1 ? "This is the last rule." : undefined}
        onClick={() => {
          actions.move(1);
        }}
      />
      <IconButton
        size="sm"
        label={`Duplicate ${name}`}
        icon={<Copy aria-hidden />}
        onClick={actions.copy}
      />
      <IconButton
        size="sm"
        label={`Remove ${name}`}
        icon={<Trash2 aria-hidden />}
        onClick={actions.remove}
      />
    </span>
  );
}

/** Allow or deny, as label, icon and color. */
function Effect({ effect }: Readonly<{ effect: PolicyRule["effect"] }>) {
  const Icon = effect === "allow" ? Check : X;
  return (
    <span
      className={clsx(
        "mt-px inline-flex w-16 shrink-0 items-center gap-1 rounded-full px-2 text-xs font-medium",
        effect === "allow" ? "bg-valid-soft text-valid" : "bg-denied-soft text-denied",
      )}
    >
      <Icon aria-hidden className="size-3" strokeWidth={2.5} />
      {effectLabels[effect]}
    </span>
  );
}

function Phrases({ rule, names }: Readonly<{ rule: PolicyRule; names: IdentityNames }>) {
  const phrases = rulePhrases(rule, names);
  if (phrases.length === 0)
    return (
      <span
        className={clsx("block text-xs", rule.effect === "allow" ? "text-expiring" : "text-muted")}
      >
        every request from every certificate
      </span>
    );
  return (
    <span className="flex flex-wrap gap-x-3 text-xs text-muted">
      {phrases.map(({ label, text, mono }) => (
        <span key={label} className="min-w-0 break-words">
          {label} <span className={clsx("text-text", mono && "font-mono")}>{text}</span>
        </span>
      ))}
    </span>
  );
}

function TraceLabel({ trace: { state, failedOn, effect } }: Readonly<{ trace: RuleTrace }>) {
  if (state === "not-reached")
    return <span className="mt-0.5 block text-xs text-muted">not evaluated</span>;
  if (state === "passed-over")
    return (
      <span className="mt-0.5 block text-xs text-expiring">
        no match: {failedOn ? partLabels[failedOn] : "other"}
      </span>
    );
  return (
    <span className="mt-0.5 block text-xs font-medium text-accent">
      decides: {effect === "allow" ? "allowed" : "denied"}
    </span>
  );
}

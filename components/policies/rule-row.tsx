"use client";

import clsx from "clsx";
import { ArrowDown, ArrowUp, Check, ChevronRight, Copy, Trash2, X } from "lucide-react";
import type { KeyboardEvent } from "react";
import { IconButton } from "@/components/ui/button";
import type { PolicyRule, RuleTrace } from "@/lib/policies/schema";
import { effectWords, partWords, rulePhrases, type IdentityNames } from "./policy-words";
import { RuleDetails } from "./rule-details";
import { RuleFields, type RuleFieldsProps } from "./rule-fields";

export type RowActs = Readonly<{
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
  /** Something in it was refused. */
  wrong: boolean;
  onOpen: (open: boolean) => void;
  /** Absent: for looking only. */
  acts?: RowActs | undefined;
  fields: Omit<RuleFieldsProps, "rule" | "names" | "onChange">;
}>;

const frames = {
  decided: "border-accent ring-1 ring-accent",
  "passed-over": "border-border",
  "not-reached": "border-border",
} as const;

/** One rule: its place, what it says in a line, and its fields when it is opened. Alt with the arrow keys moves it. */
export function RuleRow({
  rule,
  at,
  count,
  open,
  names,
  trace,
  wrong,
  onOpen,
  acts,
  fields,
}: Props) {
  const keys = (event: KeyboardEvent) => {
    if (!acts || !event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    acts.move(event.key === "ArrowUp" ? -1 : 1);
  };
  return (
    <li
      className={clsx(
        "min-w-0 rounded-lg border bg-raised shadow-card transition-shadow",
        wrong ? "border-revoked" : trace ? frames[trace.state] : "border-border",
      )}
    >
      {/* The handler widens what the buttons inside do; it is no control of its own. */}
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
          {/* On a phone what the rule says has the whole width, under its effect. */}
          <span className="flex min-w-0 flex-1 items-start gap-x-2.5 gap-y-1 max-sm:flex-col">
            <Effect effect={rule.effect} />
            <span className="min-w-0 flex-1">
              <span className="block text-sm font-medium break-words">
                {rule.name || "Without a name"}
              </span>
              <Phrases rule={rule} names={names} />
              {trace && <TraceWord trace={trace} />}
            </span>
          </span>
        </button>
        {acts && (
          <span className="flex shrink-0 max-sm:self-end">
            <IconButton
              size="sm"
              label={`Move ${rule.name} up`}
              icon={<ArrowUp aria-hidden />}
              disabledReason={at === 0 ? "It is the first." : undefined}
              onClick={() => {
                acts.move(-1);
              }}
            />
            <IconButton
              size="sm"
              label={`Move ${rule.name} down`}
              icon={<ArrowDown aria-hidden />}
              disabledReason={at === count - 1 ? "It is the last." : undefined}
              onClick={() => {
                acts.move(1);
              }}
            />
            <IconButton
              size="sm"
              label={`Copy ${rule.name}`}
              icon={<Copy aria-hidden />}
              onClick={acts.copy}
            />
            <IconButton
              size="sm"
              label={`Remove ${rule.name}`}
              icon={<Trash2 aria-hidden />}
              onClick={acts.remove}
            />
          </span>
        )}
      </div>
      {open && (
        <div className="border-t border-border px-4 py-4">
          {acts ? (
            <RuleFields {...fields} rule={rule} names={names} onChange={acts.change} />
          ) : (
            <RuleDetails rule={rule} names={names} />
          )}
        </div>
      )}
    </li>
  );
}

/** Allow or deny, as word, icon and colour. */
export function Effect({ effect }: Readonly<{ effect: PolicyRule["effect"] }>) {
  const Icon = effect === "allow" ? Check : X;
  return (
    <span
      className={clsx(
        "mt-px inline-flex w-16 shrink-0 items-center gap-1 rounded-full px-2 text-xs font-medium",
        effect === "allow" ? "bg-valid-soft text-valid" : "bg-denied-soft text-denied",
      )}
    >
      <Icon aria-hidden className="size-3" strokeWidth={2.5} />
      {effectWords[effect]}
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
        every request of every certificate
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

function TraceWord({ trace: { state, failedOn, effect } }: Readonly<{ trace: RuleTrace }>) {
  if (state === "not-reached")
    return <span className="mt-0.5 block text-xs text-muted">not reached</span>;
  if (state === "passed-over")
    return (
      <span className="mt-0.5 block text-xs text-expiring">
        does not fit: {failedOn ? partWords[failedOn] : "something else"}
      </span>
    );
  return (
    <span className="mt-0.5 block text-xs font-medium text-accent">
      decides: {effect === "allow" ? "allowed" : "denied"}
    </span>
  );
}

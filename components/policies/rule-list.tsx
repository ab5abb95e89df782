"use client";

import { Ban, Plus } from "lucide-react";
import { useState } from "react";
import { errorsOf } from "@/components/forms/use-action";
import { Button } from "@/components/ui/button";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import type { IdentityList } from "@/lib/identities/schema";
import type { PolicyRule, RuleTrace } from "@/lib/policies/schema";
import type { IdentityNames, NamedIdentity } from "./policy-labels";
import type { ProfileChoice } from "./rule-fields";
import { RuleRow } from "./rule-row";
import type { EditRule, RuleState, RuleStep } from "./rule-state";

type Props = Readonly<{
  state: RuleState;
  /** The keys in the order in which they were last sent: errors refer to that order. */
  sent: readonly string[];
  answer: ActionState | null;
  names: IdentityNames;
  profiles: readonly ProfileChoice[];
  find: ServerAction<IdentityList>;
  onNamed: (identity: NamedIdentity) => void;
  trace: readonly RuleTrace[] | undefined;
  mayWrite: boolean;
  edit: (step: RuleStep) => void;
}>;

/** The rules in order, and what happens if none of them matches. */
export function RuleList({
  state,
  sent,
  answer,
  names,
  profiles,
  find,
  onNamed,
  trace,
  mayWrite,
  edit,
}: Props) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [announcement, setAnnouncement] = useState("");
  const { rules } = state,
    last = `rule-${state.made}`;
  const toggle = (key: string, on: boolean) => {
    const next = new Set(open);
    if (on) next.add(key);
    else next.delete(key);
    setOpen(next);
  };
  const add = (effect: "allow" | "deny") => {
    edit({ type: "add", effect });
    toggle(last, true);
  };
  const actionsFor = ({ key, rule }: EditRule, at: number) => ({
    change: (change: Partial<typeof rule>) => {
      edit({ type: "change", key, change });
    },
    move: (by: 1 | -1) => {
      edit({ type: "move", key, by });
      setAnnouncement(
        `Moved ${rule.name} to position ${Math.min(rules.length, Math.max(1, at + 1 + by))} of ${rules.length}.`,
      );
    },
    copy: () => {
      edit({ type: "copy", key });
      toggle(last, true);
    },
    remove: () => {
      edit({ type: "remove", key });
      setAnnouncement(`Removed ${rule.name}.`);
    },
  });
  return (
    <section aria-labelledby="rules-title" className="flex min-w-0 flex-col gap-2">
      <ListHeader onAdd={mayWrite ? add : undefined} />
      <ol className="flex flex-col gap-2">
        {rules.map((one, at) => {
          const path = `rules.${sent.indexOf(one.key)}`,
            wrong = sent.includes(one.key) && errorsOf(answer, path) !== undefined;
          return (
            <RuleRow
              key={one.key}
              rule={one.rule}
              at={at}
              count={rules.length}
              names={names}
              trace={trace?.[at]}
              wrong={wrong}
              open={open.has(one.key) || wrong}
              onOpen={(on) => {
                toggle(one.key, on);
              }}
              actions={mayWrite ? actionsFor(one, at) : undefined}
              fields={{
                profiles,
                find,
                onNamed,
                errors: (part) =>
                  sent.includes(one.key) ? errorsOf(answer, `${path}.${part}`) : undefined,
              }}
            />
          );
        })}
        <DefaultDeny trace={trace} count={rules.length} />
      </ol>
      <p role="status" className="sr-only">
        {announcement}
      </p>
    </section>
  );
}

function ListHeader({
  onAdd,
}: Readonly<{
  /** Absent: read-only. */ onAdd: ((effect: PolicyRule["effect"]) => void) | undefined;
}>) {
  const addButton = (effect: PolicyRule["effect"], label: string) => (
    <Button
      size="sm"
      icon={<Plus aria-hidden />}
      onClick={() => {
        onAdd?.(effect);
      }}
    >
      {label}
    </Button>
  );
  return (
    <div className="flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
      <div>
        <h2 id="rules-title" className="text-base font-semibold">
          Rules
        </h2>
        <p className="text-xs text-muted">The first matching rule decides.</p>
      </div>
      {onAdd && (
        <div className="flex gap-2">
          {addButton("allow", "Add allow rule")}
          {addButton("deny", "Add deny rule")}
        </div>
      )}
    </div>
  );
}

/** Requests that no rule matches are always denied. */
function DefaultDeny({
  trace,
  count,
}: Readonly<{ trace: readonly RuleTrace[] | undefined; count: number }>) {
  const reached =
    trace !== undefined &&
    trace.length === count &&
    trace.every(({ state }) => state === "passed-over");
  return (
    <li
      className={`flex items-center gap-2.5 rounded-lg border px-3 py-2.5 text-sm ${reached ? "border-accent ring-1 ring-accent" : "border-dashed border-edge/60"}`}
    >
      <Ban aria-hidden className="size-4 shrink-0 text-muted" />
      <span className="min-w-0">
        <span className="font-medium">Everything else is denied.</span>{" "}
        <span className="text-xs text-muted">
          {count === 0
            ? "There are no rules yet, so every request is denied."
            : count === 1
              ? "Requests that don’t match the rule."
              : `Requests that match none of the ${count} rules.`}
          {reached && " This decides the tested request."}
        </span>
      </span>
    </li>
  );
}

"use client";

import clsx from "clsx";
import type { ComponentProps } from "react";
import { CommentDialog } from "@/components/forms/comment-dialog";
import type { RuleDto } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";

type Props = Readonly<{
  rule: Pick<RuleDto, "name" | "title" | "enabled">;
  action: ServerAction<RuleDto> | undefined;
}>;

/** On or off. It asks first: a rule that is off says nothing about what happens meanwhile. */
export function RuleSwitch({ rule: { name, title, enabled }, action }: Props) {
  if (!action)
    return (
      <SwitchButton
        on={enabled}
        label={title}
        data-tip="Only an administrator switches rules."
        aria-disabled
      />
    );
  return (
    <CommentDialog
      trigger={<SwitchButton on={enabled} label={title} />}
      title={enabled ? `Switch off “${title}”?` : `Switch on “${title}”?`}
      tone={enabled ? "danger" : "primary"}
      consequence={
        enabled
          ? "It raises no alert until it is switched on again, and none afterwards for what happened meanwhile. Alerts that it has raised stay."
          : "It watches from the next entry on."
      }
      submitLabel={enabled ? "Switch off" : "Switch on"}
      receipt={enabled ? "Switched off." : "Switched on."}
      action={action}
      fixed={{ name, enabled: !enabled }}
    />
  );
}

function SwitchButton({
  on,
  label,
  ...rest
}: Readonly<{ on: boolean; label: string }> & ComponentProps<"button">) {
  return (
    <button
      {...rest}
      type="button"
      role="switch"
      aria-checked={on}
      aria-label={label}
      className={clsx(
        "relative mt-1 h-5 w-9 shrink-0 rounded-full border transition-colors",
        on ? "border-accent bg-accent" : "border-edge bg-sunken",
      )}
    >
      <span
        aria-hidden
        className={clsx(
          "absolute top-[3px] left-[3px] size-3 rounded-full transition-transform",
          on ? "translate-x-4 bg-on-accent" : "bg-edge",
        )}
      />
    </button>
  );
}

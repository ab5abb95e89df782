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

/** Turns a rule on or off after a confirmation: what happens while it is off is never reported. */
export function RuleSwitch({ rule: { name, title, enabled }, action }: Props) {
  if (!action)
    return (
      <SwitchButton
        on={enabled}
        label={title}
        data-tip="Only administrators can turn rules on or off."
        aria-disabled
      />
    );
  return (
    <CommentDialog
      trigger={<SwitchButton on={enabled} label={title} />}
      title={enabled ? `Turn off “${title}”?` : `Turn on “${title}”?`}
      tone={enabled ? "danger" : "primary"}
      consequence={
        enabled
          ? "It raises no alerts while it’s off, and none later for what happened in the meantime. Existing alerts are kept."
          : "It applies from the next entry on."
      }
      submitLabel={enabled ? "Turn off" : "Turn on"}
      receipt={enabled ? "Rule turned off." : "Rule turned on."}
      action={action}
      fixedInput={{ name, enabled: !enabled }}
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

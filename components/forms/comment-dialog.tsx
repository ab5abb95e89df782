"use client";

import { CommentField } from "./comment-field";
import type { ReactElement, ReactNode } from "react";
import { ActionForm } from "./action-form";
import { optionalText } from "./form-values";
import { Dialog } from "@/components/ui/dialog";
import type { ServerAction } from "@/lib/auth/types";

type Props<T> = Readonly<{
  trigger: ReactElement;
  title: string;
  /** The consequence, in a sentence. */
  consequence: ReactNode;
  submitLabel: string;
  receipt: string | ((data: T) => string);
  onFailure?: (() => void) | undefined;
  onOpenChange?: ((open: boolean) => void) | undefined;
  action: ServerAction<T>;
  /** Sent with the comment. */
  fixedInput: Readonly<Record<string, unknown>>;
  tone?: "primary" | "danger" | undefined;
  children?: ReactNode;
}>;

/** Confirms an action that takes only a comment. */
export function CommentDialog<T>({ trigger, title, consequence, onOpenChange, ...form }: Props<T>) {
  return (
    <Dialog trigger={trigger} title={title} description={consequence} onOpenChange={onOpenChange}>
      <CommentForm {...form} />
    </Dialog>
  );
}

/** The form of a CommentDialog, for a dialog that is opened elsewhere. */
export function CommentForm<T>({
  submitLabel,
  receipt,
  action,
  fixedInput,
  tone = "primary",
  onFailure,
  children,
}: Omit<Props<T>, "trigger" | "title" | "consequence" | "onOpenChange">) {
  return (
    <ActionForm
      action={action}
      fields={["comment"]}
      submitLabel={submitLabel}
      submitTone={tone}
      receipt={receipt}
      onFailure={onFailure}
      input={(form) => ({ ...fixedInput, comment: optionalText(form, "comment") })}
    >
      {({ errors }) => (
        <>
          {children}
          <CommentField error={errors("comment")} />
        </>
      )}
    </ActionForm>
  );
}

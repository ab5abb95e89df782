"use client";

import type { ReactElement, ReactNode } from "react";
import { ActForm } from "@/components/forms/act-form";
import { givenText } from "@/components/forms/form-values";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { TextareaField } from "@/components/ui/textarea";
import type { ServerAction } from "@/lib/auth/types";

type Props<T> = Readonly<{
  trigger: ReactElement;
  title: string;
  /** What it means, in a sentence. */
  consequence: ReactNode;
  submitLabel: string;
  receipt: string | ((data: T) => string);
  onRefused?: (() => void) | undefined;
  onOpenChange?: ((open: boolean) => void) | undefined;
  action: ServerAction<T>;
  /** Goes along with the comment. */
  fixed: Readonly<Record<string, unknown>>;
  tone?: "primary" | "danger" | undefined;
  children?: ReactNode;
}>;

/** Asks once more before an act that needs nothing but a comment. */
export function CommentDialog<T>({ trigger, title, consequence, onOpenChange, ...form }: Props<T>) {
  return (
    <Dialog trigger={trigger} title={title} description={consequence} onOpenChange={onOpenChange}>
      <CommentForm {...form} />
    </Dialog>
  );
}

/** The form of such a dialog, for one that something else opens. */
export function CommentForm<T>({
  submitLabel,
  receipt,
  action,
  fixed,
  tone = "primary",
  onRefused,
  children,
}: Omit<Props<T>, "trigger" | "title" | "consequence" | "onOpenChange">) {
  return (
    <ActForm
      action={action}
      fields={["comment"]}
      submitLabel={submitLabel}
      submitTone={tone}
      receipt={receipt}
      onRefused={onRefused}
      beside={
        <DialogClose>
          <Button>Cancel</Button>
        </DialogClose>
      }
      input={(form) => ({ ...fixed, comment: givenText(form, "comment") })}
    >
      {({ errors }) => (
        <>
          {children}
          <TextareaField
            label="Comment"
            name="comment"
            rows={2}
            maxLength={500}
            error={errors("comment")}
            hint="It stands on the record."
          />
        </>
      )}
    </ActForm>
  );
}

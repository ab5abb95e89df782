"use client";

import { useState, type ReactElement, type ReactNode } from "react";
import { Dialog } from "@/components/ui/dialog";
import type { ActionState } from "@/lib/auth/types";
import { useShownOnce } from "./use-shown-once";

export type Created<T> = Extract<ActionState<T>, { ok: true }>;

type Props<T> = Readonly<{
  trigger: ReactElement;
  title: string;
  description: string;
  /** The title once it is created. */
  createdTitle: string;
  /** Where what is shown then needs more room than the form. */
  createdSize?: "md" | "lg";
  form: (onDone: (created: Created<T>) => void) => ReactNode;
  children: (created: Created<T>) => ReactNode;
}>;

/** A form that creates something with a secret, and in its place then what is shown only once. */
export function ShownOnceDialog<T>({
  trigger,
  title,
  description,
  createdTitle,
  createdSize = "md",
  form,
  children,
}: Props<T>) {
  const [open, setOpen] = useState(false);
  const { done, setDone, onOpenChange } = useShownOnce<Created<T>>(setOpen);
  return (
    <Dialog
      trigger={trigger}
      open={open}
      onOpenChange={onOpenChange}
      size={done ? createdSize : "md"}
      title={done ? createdTitle : title}
      description={done ? undefined : description}
    >
      {done ? children(done) : form(setDone)}
    </Dialog>
  );
}

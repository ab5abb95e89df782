"use client";

import { AlertDialog as Primitive } from "radix-ui";
import { useId, useState, type ReactElement, type ReactNode } from "react";
import { Button } from "./button";
import { overlayStyle } from "./dialog";
import { Input } from "./input";
import { SubmitButton } from "./submit-button";

type Props = Readonly<{
  trigger?: ReactElement | undefined;
  /** A question: "Revoke this certificate?" */
  title: string;
  /** The consequence in figures: "Last used 4 minutes ago by 3 services." */
  consequence: ReactNode;
  /** The action as a verb, never "OK". */
  confirmLabel: string;
  tone?: "danger" | "plain" | undefined;
  /** A word to type first, for bulk actions. */
  typedWord?: string | undefined;
  /** Runs with the form's data. Return "keep" to leave the dialog open (e.g. to show an error). */
  action: (data: FormData) => Promise<"keep" | void>;
  /** Fields of the form, errors. */
  children?: ReactNode;
  open?: boolean | undefined;
  onOpenChange?: ((open: boolean) => void) | undefined;
}>;

/**
 * Confirms a destructive action. Cancel has the focus, Escape closes the dialog, a click outside does
 * nothing.
 */
export function AlertDialog({
  trigger,
  title,
  consequence,
  confirmLabel,
  tone = "danger",
  typedWord,
  action,
  children,
  open,
  onOpenChange,
}: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const wordId = useId();
  const change = (next: boolean) => {
    setTyped("");
    setIsOpen(next);
    onOpenChange?.(next);
  };
  const blocked = typedWord !== undefined && typed.trim() !== typedWord;
  const run = async (data: FormData) => {
    if (!blocked && (await action(data)) !== "keep") change(false);
  };
  return (
    <Primitive.Root open={open ?? isOpen} onOpenChange={change}>
      {trigger && <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>}
      <Primitive.Portal>
        <Primitive.Overlay className={overlayStyle} />
        <Primitive.Content className="fixed inset-x-0 bottom-0 z-50 max-h-[92dvh] overflow-y-auto rounded-t-xl border border-border bg-raised p-5 shadow-pop enter-rise sm:inset-0 sm:m-auto sm:h-fit sm:max-h-[86dvh] sm:w-[calc(100%-2rem)] sm:max-w-md sm:rounded-xl">
          <form action={run} className="flex flex-col gap-4">
            <div>
              <Primitive.Title className="text-lg font-semibold">{title}</Primitive.Title>
              <Primitive.Description asChild>
                <div className="mt-1.5 text-sm text-muted">{consequence}</div>
              </Primitive.Description>
            </div>
            {children}
            {typedWord !== undefined && (
              <div className="flex flex-col gap-1.5">
                <label htmlFor={wordId} className="text-sm">
                  Type <strong className="font-mono font-semibold">{typedWord}</strong> to continue.
                </label>
                <Input
                  id={wordId}
                  mono
                  value={typed}
                  onChange={(event) => {
                    setTyped(event.target.value);
                  }}
                  autoComplete="off"
                  spellCheck={false}
                />
              </div>
            )}
            <div className="flex flex-wrap justify-end gap-2">
              <Primitive.Cancel asChild>
                <Button>Cancel</Button>
              </Primitive.Cancel>
              <SubmitButton
                variant={tone === "danger" ? "danger" : "primary"}
                disabledReason={blocked ? `Type ${typedWord} first.` : undefined}
              >
                {confirmLabel}
              </SubmitButton>
            </div>
          </form>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

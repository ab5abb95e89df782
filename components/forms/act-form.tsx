"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef, type FormEvent, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { DialogFooter, useCloseDialog } from "@/components/ui/dialog";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import { RefusalBanner } from "./refusal-banner";
import { showReceipt } from "./show-receipt";
import { errorsOf, useAct, type Refusal } from "./use-act";

type Done<T> = Extract<ActionState<T>, { ok: true }>;
type Shown = Readonly<{ errors: (path: string) => string[] | undefined; pending: boolean }>;

type Props<T> = Readonly<{
  action: ServerAction<T>;
  /** Makes the action's input of what stands in the form. */
  input: (form: FormData) => unknown;
  /** The paths whose errors the fields show themselves; the others stand above the form. */
  fields: readonly string[];
  submitLabel: string;
  submitTone?: "primary" | "danger" | undefined;
  /** Why it cannot be sent now. */
  blockedBy?: string | undefined;
  /** A sentence with its full stop for the receipt: "Revoked." Or one that the answer decides. */
  receipt: string | ((data: T) => string);
  /** Hears of a refusal, besides showing it. */
  onRefused?: ((refusal: Refusal) => void) | undefined;
  /** Where to go afterwards; stays and reloads what is shown if absent. */
  goTo?: ((done: Done<T>) => string) | undefined;
  /** Instead of receipt and reload: what this form does with its answer. */
  onDone?: ((done: Done<T>) => void) | undefined;
  /** Beside the button, before it. */
  beside?: ReactNode;
  children: (form: Shown) => ReactNode;
}>;

/** A form around one act. What was typed survives every refusal; errors stand beside their field; it ends with a receipt. */
export function ActForm<T>({
  action,
  input,
  fields,
  submitLabel,
  submitTone = "primary",
  blockedBy,
  receipt,
  onRefused,
  goTo,
  onDone,
  beside,
  children,
}: Props<T>) {
  const { state, pending, run } = useAct(action);
  const router = useRouter();
  const close = useCloseDialog();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (state?.ok === false)
      form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [state]);
  const finish = (done: Done<T>) => {
    if (onDone) {
      onDone(done);
      return;
    }
    showReceipt(typeof receipt === "string" ? receipt : receipt(done.data), done);
    close();
    if (goTo) router.push(goTo(done));
    else router.refresh();
  };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (pending || blockedBy !== undefined) return;
    const answer = await run(input(new FormData(event.currentTarget)));
    if (answer.ok) finish(answer);
    else onRefused?.(answer);
  };
  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => {
        void submit(event);
      }}
      className="flex min-w-0 flex-col gap-4"
    >
      {state?.ok === false && <RefusalBanner refusal={state} shown={fields} />}
      {children({ errors: (path) => errorsOf(state, path), pending })}
      <DialogFooter>
        {beside}
        <Button type="submit" variant={submitTone} loading={pending} disabledReason={blockedBy}>
          {submitLabel}
        </Button>
      </DialogFooter>
    </form>
  );
}

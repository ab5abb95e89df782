"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef, type FormEvent, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { DialogClose, DialogFooter, useCloseDialog, useIsInDialog } from "@/components/ui/dialog";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import type { ApiCall } from "./api-call";
import { ErrorBanner } from "./error-banner";
import { ShowApiCall } from "./show-api-call";
import { showReceipt } from "./show-receipt";
import { errorsOf, useAction, type ActionFailure } from "./use-action";

type Done<T> = Extract<ActionState<T>, { ok: true }>;
type FormHelpers = Readonly<{ errors: (path: string) => string[] | undefined; pending: boolean }>;

type Props<T> = Readonly<{
  action: ServerAction<T>;
  /** Builds the input of the action from the form. */
  input: (form: FormData) => unknown;
  /** The paths whose errors the fields show; all other errors appear above the form. */
  fields: readonly string[];
  submitLabel: string;
  submitTone?: "primary" | "danger" | undefined;
  /** Why it can't be submitted now. */
  disabledReason?: string | undefined;
  /** A sentence for the receipt, such as "Revoked.", or a function of the result. */
  receipt: string | ((data: T) => string);
  /** Called on failure, which the form shows in any case. */
  onFailure?: ((refusal: ActionFailure) => void) | undefined;
  /** Where to go afterwards. If absent, the page stays and reloads its data. */
  goTo?: ((done: Done<T>) => string) | undefined;
  /** What to do with the result instead of the receipt and the reload. */
  onDone?: ((done: Done<T>) => void) | undefined;
  /** The API call that does the same as the form with this input; shown on demand. */
  apiCall?: ((input: never) => ApiCall | null) | undefined;
  /** Before the submit button. In a dialog, Cancel by default. */
  secondaryActions?: ReactNode;
  children: (form: FormHelpers) => ReactNode;
}>;

/**
 * A form around one server action. The input survives every failure, errors appear at their field,
 * and success shows a receipt.
 */
export function ActionForm<T>({
  action,
  input,
  fields,
  submitLabel,
  submitTone = "primary",
  disabledReason,
  receipt,
  onFailure,
  goTo,
  onDone,
  apiCall,
  secondaryActions,
  children,
}: Props<T>) {
  const { state, pending, run } = useAction(action);
  const router = useRouter();
  const close = useCloseDialog();
  const cancel = useIsInDialog() && (
    <DialogClose>
      <Button>Cancel</Button>
    </DialogClose>
  );
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (state?.ok !== false) return;
    const field = form.current?.querySelector<HTMLElement>("[aria-invalid=true]");
    // Without a field at fault, the message above the form may be out of sight.
    if (field) field.focus();
    else form.current?.firstElementChild?.scrollIntoView({ block: "center" });
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
    if (pending || disabledReason !== undefined) return;
    const answer = await run(input(new FormData(event.currentTarget)));
    if (answer.ok) finish(answer);
    else onFailure?.(answer);
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
      {state?.ok === false && <ErrorBanner failure={state} fields={fields} />}
      {children({ errors: (path) => errorsOf(state, path), pending })}
      {apiCall && (
        <ShowApiCall
          read={() => form.current && apiCall(input(new FormData(form.current)) as never)}
        />
      )}
      <DialogFooter>
        {secondaryActions ?? cancel}
        <Button
          type="submit"
          variant={submitTone}
          loading={pending}
          disabledReason={disabledReason}
        >
          {submitLabel}
        </Button>
      </DialogFooter>
    </form>
  );
}

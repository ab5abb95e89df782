"use client";

import clsx from "clsx";
import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import { createContext, use, useRef, useState, type ReactElement, type ReactNode } from "react";
import { IconButton } from "./button";

const CloseContext = createContext<() => void>(() => undefined);
/** True inside a Dialog. */
const InsideContext = createContext(false);

/** Inside a Dialog: the function that closes it, for example after an action succeeded. */
export function useCloseDialog(): () => void {
  return use(CloseContext);
}

export type DialogProps = Readonly<{
  /** The element that opens it. Leave it out and use `open` where something else does. */
  trigger?: ReactElement | undefined;
  title: string;
  description?: ReactNode;
  children: ReactNode;
  size?: "sm" | "md" | "lg" | undefined;
  open?: boolean | undefined;
  onOpenChange?: ((open: boolean) => void) | undefined;
}>;

const widths = { sm: "sm:max-w-sm", md: "sm:max-w-lg", lg: "sm:max-w-3xl" } as const;

const controls =
  "input:not([type=hidden]):not([type=radio]), input[type=radio]:checked, select, textarea";

export const overlayStyle = "fixed inset-0 z-40 bg-veil enter-fade";

/**
 * A modal dialog. On narrow screens it rises from the bottom edge. Escape and the close button
 * close it.
 */
export function Dialog({
  trigger,
  title,
  description,
  children,
  size = "md",
  open,
  onOpenChange,
}: DialogProps) {
  const [isOpen, setIsOpen] = useState(false);
  const body = useRef<HTMLDivElement>(null);
  const change = (next: boolean) => {
    setIsOpen(next);
    onOpenChange?.(next);
  };
  // People open a form to fill it in: focus its first field, not the close button.
  const focusFirstField = (event: Event) => {
    const first = body.current?.querySelector<HTMLElement>(controls);
    if (first) {
      event.preventDefault();
      first.focus();
    }
  };
  return (
    <Primitive.Root open={open ?? isOpen} onOpenChange={change}>
      {trigger && <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>}
      <Primitive.Portal>
        <Primitive.Overlay className={overlayStyle} />
        <Primitive.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          onOpenAutoFocus={focusFirstField}
          className={clsx(
            "fixed inset-x-0 bottom-0 z-50 flex max-h-[92dvh] flex-col rounded-t-xl border border-border bg-raised shadow-pop enter-rise",
            "sm:inset-0 sm:m-auto sm:h-fit sm:max-h-[86dvh] sm:w-[calc(100%-2rem)] sm:rounded-xl",
            widths[size],
          )}
        >
          <CloseContext
            value={() => {
              change(false);
            }}
          >
            <div className="flex items-start gap-3 px-5 pt-4">
              <div className="min-w-0 flex-1">
                <Primitive.Title className="text-lg font-semibold">{title}</Primitive.Title>
                {description && (
                  <Primitive.Description asChild>
                    <div className="mt-1 text-sm text-muted">{description}</div>
                  </Primitive.Description>
                )}
              </div>
              <Primitive.Close asChild>
                <IconButton label="Close" size="sm" icon={<X aria-hidden />} />
              </Primitive.Close>
            </div>
            <div
              ref={body}
              className="flex min-h-0 flex-col gap-4 overflow-y-auto px-5 pt-4 pb-5 has-data-footer:pb-0"
            >
              <InsideContext value>{children}</InsideContext>
            </div>
          </CloseContext>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** True where the component is rendered inside a Dialog. */
export function useIsInDialog(): boolean {
  return use(InsideContext);
}

/** Closes the dialog around it: wrap a Button. */
export function DialogClose({ children }: Readonly<{ children: ReactElement }>) {
  return <Primitive.Close asChild>{children}</Primitive.Close>;
}

/**
 * The row of buttons at the end of a dialog or form, the primary one last. In a dialog it stays
 * visible, however long the form is.
 */
export function DialogFooter({ children }: Readonly<{ children: ReactNode }>) {
  const inside = useIsInDialog();
  return (
    <div
      data-footer={inside || undefined}
      className={clsx(
        "flex flex-wrap items-center justify-end gap-2",
        inside &&
          "sticky bottom-0 z-5 -mx-5 border-t border-border bg-raised px-5 py-3 sm:rounded-b-xl",
      )}
    >
      {children}
    </div>
  );
}

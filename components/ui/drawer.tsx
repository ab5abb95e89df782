"use client";

import clsx from "clsx";
import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { IconButton } from "./button";
import { overlayStyle } from "./dialog";

type Props = Readonly<{
  trigger?: ReactElement | undefined;
  title: string;
  hideTitle?: boolean | undefined;
  side?: "left" | "right" | undefined;
  open?: boolean | undefined;
  onOpenChange?: ((open: boolean) => void) | undefined;
  children: ReactNode;
}>;

/** A panel from an edge of the window, such as the navigation on narrow screens. */
export function Drawer({
  trigger,
  title,
  hideTitle,
  side = "right",
  open,
  onOpenChange,
  children,
}: Props) {
  return (
    <Primitive.Root {...definedProps({ open, onOpenChange })}>
      {trigger && <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>}
      <Primitive.Portal>
        <Primitive.Overlay className={overlayStyle} />
        <Primitive.Content
          aria-describedby={undefined}
          className={clsx(
            "fixed inset-y-0 z-50 flex w-[min(26rem,88vw)] flex-col border-border bg-raised shadow-pop",
            side === "left" ? "left-0 border-r enter-left" : "right-0 border-l enter-right",
          )}
        >
          <div
            className={clsx(
              "flex items-center gap-3 px-4 pt-3",
              hideTitle && "absolute top-0 right-0",
            )}
          >
            <Primitive.Title
              className={hideTitle ? "sr-only" : "min-w-0 flex-1 truncate text-lg font-semibold"}
            >
              {title}
            </Primitive.Title>
            <Primitive.Close asChild>
              <IconButton label="Close" size="sm" icon={<X aria-hidden />} />
            </Primitive.Close>
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/**
 * Props without those that are undefined: with exactOptionalPropertyTypes, Radix accepts a missing
 * `open` but not an undefined one.
 */
function definedProps<T extends Record<string, unknown>>(props: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(props).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}

"use client";

import clsx from "clsx";
import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { IconButton } from "./button";
import { veilStyle } from "./dialog";
import { given } from "./given";

type Props = Readonly<{
  trigger?: ReactElement | undefined;
  title: string;
  hideTitle?: boolean | undefined;
  side?: "left" | "right" | undefined;
  open?: boolean | undefined;
  onOpenChange?: ((open: boolean) => void) | undefined;
  children: ReactNode;
}>;

/** A panel from an edge of the window: navigation on narrow screens, details beside a list. */
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
    <Primitive.Root {...given({ open, onOpenChange })}>
      {trigger && <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>}
      <Primitive.Portal>
        <Primitive.Overlay className={veilStyle} />
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

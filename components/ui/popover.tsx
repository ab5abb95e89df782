"use client";

import clsx from "clsx";
import { Popover as Primitive } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { popStyle } from "./dropdown-menu";
import { given } from "./given";

type Props = Readonly<{
  trigger: ReactElement;
  label: string;
  children: ReactNode;
  align?: "start" | "center" | "end" | undefined;
  open?: boolean | undefined;
  onOpenChange?: ((open: boolean) => void) | undefined;
}>;

/** A small panel tied to its trigger, for a filter's form or an explanation with links. */
export function Popover({ trigger, label, children, align = "start", open, onOpenChange }: Props) {
  return (
    <Primitive.Root {...given({ open, onOpenChange })}>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          aria-label={label}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className={clsx(popStyle, "w-72 max-w-[calc(100vw-1rem)] p-3")}
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** Closes the popover around it: wrap a Button. */
export function PopoverClose({ children }: Readonly<{ children: ReactElement }>) {
  return <Primitive.Close asChild>{children}</Primitive.Close>;
}

"use client";

import clsx from "clsx";
import { Check } from "lucide-react";
import NextLink from "next/link";
import { DropdownMenu as Primitive } from "radix-ui";
import { useRef, useState, type ReactElement, type ReactNode } from "react";

const popoverStyle =
  "z-50 rounded-lg border border-border bg-raised p-1 text-sm shadow-pop enter-rise";
const itemStyle =
  "flex w-full min-h-8 cursor-pointer items-center gap-2.5 rounded-md px-2 py-1 text-left outline-none select-none data-highlighted:bg-hover data-disabled:cursor-not-allowed data-disabled:text-muted pointer-coarse:min-h-10 [&_svg]:size-4 [&_svg]:shrink-0";

type MenuProps = Readonly<{
  trigger: ReactElement;
  children: ReactNode;
  align?: "start" | "end" | undefined;
  side?: "top" | "bottom" | "right" | undefined;
  label?: string | undefined;
}>;

/** A menu of actions on one item. It doesn't block the page behind it. */
export function DropdownMenu({
  trigger,
  children,
  align = "end",
  side = "bottom",
  label,
}: MenuProps) {
  const triggerRef = useRef<HTMLButtonElement>(null);
  // Rendered inside the landmark of its trigger, not outside all landmarks at the end of the
  // document.
  const [container, setContainer] = useState<HTMLElement | null>(null);
  const change = (open: boolean) => {
    if (open)
      setContainer(
        triggerRef.current?.closest<HTMLElement>(
          "[role=dialog], [role=alertdialog], main, aside",
        ) ?? null,
      );
  };
  return (
    <Primitive.Root modal={false} onOpenChange={change}>
      <Primitive.Trigger asChild ref={triggerRef}>
        {trigger}
      </Primitive.Trigger>
      <Primitive.Portal container={container}>
        <Primitive.Content
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          {...(label ? { "aria-label": label } : {})}
          className={clsx(popoverStyle, "min-w-52 max-w-[calc(100vw-1rem)]")}
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

type ItemProps = Readonly<{
  icon?: ReactNode;
  children: ReactNode;
  tone?: "plain" | "danger" | undefined;
  keys?: ReactNode;
  href?: string | undefined;
  onSelect?: ((event: Event) => void) | undefined;
  disabledReason?: string | undefined;
  download?: boolean | undefined;
  /** Opens `href` in another tab: a document, next to the work. */
  newTab?: boolean | undefined;
}>;

/** An action, or with `href` a link. With `disabledReason` it stays visible and explains why. */
export function MenuItem({
  icon,
  children,
  tone = "plain",
  keys,
  href,
  onSelect,
  disabledReason,
  download,
  newTab,
}: ItemProps) {
  const body = (
    <>
      {icon}
      <span className="min-w-0 flex-1 truncate">
        {children}
        {disabledReason && (
          <span className="block text-xs whitespace-normal text-muted">{disabledReason}</span>
        )}
      </span>
      {keys}
    </>
  );
  const style = clsx(
    itemStyle,
    tone === "danger" && "text-revoked data-highlighted:bg-revoked-soft",
  );
  const link = newTab ? (
    <a href={href} target="_blank" rel="noreferrer">
      {body}
    </a>
  ) : download ? (
    <a href={href} download>
      {body}
    </a>
  ) : (
    <NextLink href={href ?? ""} prefetch={false}>
      {body}
    </NextLink>
  );
  return (
    <Primitive.Item
      className={style}
      disabled={disabledReason !== undefined}
      asChild={href !== undefined}
      {...(onSelect ? { onSelect } : {})}
    >
      {href === undefined ? body : link}
    </Primitive.Item>
  );
}

type RadioProps = Readonly<{
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: readonly Readonly<{ value: string; label: string; icon?: ReactNode }>[];
}>;

/** A choice of one option inside a menu; choosing leaves the menu open. */
export function MenuRadio({ label, value, onChange, options }: RadioProps) {
  return (
    <Primitive.RadioGroup value={value} onValueChange={onChange} aria-label={label}>
      <MenuLabel>{label}</MenuLabel>
      {options.map((option) => (
        <Primitive.RadioItem
          key={option.value}
          value={option.value}
          className={itemStyle}
          onSelect={(event) => {
            event.preventDefault();
          }}
        >
          {option.icon}
          <span className="flex-1">{option.label}</span>
          <Primitive.ItemIndicator>
            <Check aria-hidden className="text-accent" />
          </Primitive.ItemIndicator>
        </Primitive.RadioItem>
      ))}
    </Primitive.RadioGroup>
  );
}

/** A heading in a menu. */
export function MenuLabel({ children }: Readonly<{ children: ReactNode }>) {
  return (
    <Primitive.Label className="px-2 pt-2 pb-1 text-xs font-medium text-muted">
      {children}
    </Primitive.Label>
  );
}

/** A line between groups of actions. */
export function MenuSeparator() {
  return <Primitive.Separator className="-mx-1 my-1 h-px bg-border" />;
}

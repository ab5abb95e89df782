"use client";

import clsx from "clsx";
import NextLink from "next/link";
import { usePathname } from "next/navigation";
import { Tabs as Primitive } from "radix-ui";
import { useEffect, useState, type ReactNode } from "react";

const strip = "relative flex gap-1 overflow-x-auto border-b border-border [scrollbar-width:none]";
const tab =
  "relative -mb-px flex h-9 shrink-0 items-center gap-1.5 border-b-2 border-transparent px-2.5 text-sm font-medium text-muted outline-offset-[-2px] hover:text-text";
// Variants come after plain colors in the style sheet; a second plain color would lose to the
// first.
const current = "aria-[current=page]:border-accent aria-[current=page]:text-text";

export type Tab = Readonly<{
  value: string;
  label: string;
  count?: string | undefined;
  content: ReactNode;
}>;

type TabsProps = Readonly<{
  label: string;
  tabs: readonly Tab[];
  defaultValue?: string | undefined;
  /** Panels that aren't open stay in the page, so that they print. */ keep?: boolean | undefined;
}>;

/**
 * Panels of one page. Arrow keys move between the tabs. The hash of the URL opens the tab of that
 * value.
 */
export function Tabs({ label, tabs, defaultValue, keep = false }: TabsProps) {
  const [open, setOpen] = useState(defaultValue ?? tabs[0]?.value ?? "");
  const values = tabs.map(({ value }) => value).join(" ");
  useEffect(() => {
    const follow = () => {
      const named = window.location.hash.slice(1);
      if (named !== "" && values.split(" ").includes(named)) setOpen(named);
    };
    follow();
    window.addEventListener("hashchange", follow);
    return () => {
      window.removeEventListener("hashchange", follow);
    };
  }, [values]);
  return (
    <Primitive.Root value={open} onValueChange={setOpen}>
      <Primitive.List aria-label={label} className={strip}>
        {tabs.map(({ value, label: name, count }) => (
          <Primitive.Trigger
            key={value}
            value={value}
            className={clsx(tab, "data-[state=active]:border-accent data-[state=active]:text-text")}
          >
            {name}
            {count !== undefined && <TabCount>{count}</TabCount>}
          </Primitive.Trigger>
        ))}
      </Primitive.List>
      {tabs.map(({ value, content }) => (
        <Primitive.Content
          key={value}
          value={value}
          className={clsx(
            "pt-4 outline-offset-4",
            keep && "data-[state=inactive]:hidden print:data-[state=inactive]:block",
          )}
          {...(keep ? { forceMount: true as const } : {})}
        >
          {content}
        </Primitive.Content>
      ))}
    </Primitive.Root>
  );
}

export type LinkTab = Readonly<{ href: string; label: string; count?: string | undefined }>;

/** Tabs that link to separate pages; the one of the open page is current. */
export function LinkTabs({ label, tabs }: Readonly<{ label: string; tabs: readonly LinkTab[] }>) {
  const path = usePathname();
  return (
    <nav aria-label={label} className={strip}>
      {tabs.map(({ href, label: name, count }) => (
        <NextLink
          key={href}
          href={href}
          prefetch={false}
          aria-current={path === href ? "page" : undefined}
          className={clsx(tab, current)}
        >
          {name}
          {count !== undefined && <TabCount>{count}</TabCount>}
        </NextLink>
      ))}
    </nav>
  );
}

function TabCount({ children }: Readonly<{ children: string }>) {
  return <span className="rounded-full bg-sunken px-1.5 text-2xs text-muted">{children}</span>;
}

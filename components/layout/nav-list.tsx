"use client";

import clsx from "clsx";
import NextLink from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { currentNavItem, type NavGroup, type NavItemId } from "./nav-items";
import { NavIcon } from "./nav-icon";

/** Shown next to an item: how much there is to do. */
export type NavBadges = Readonly<Partial<Record<NavItemId, ReactNode>>>;

type Props = Readonly<{
  groups: readonly NavGroup[];
  /** rail: labels appear from 1024 px up; full: always. */ shape: "rail" | "full";
  badges?: NavBadges | undefined;
  onGo?: (() => void) | undefined;
}>;

/** The navigation of the console; the current item is marked. */
export function NavList({ groups, shape, badges = {}, onGo }: Props) {
  const current = currentNavItem(usePathname(), groups);
  const textStyle = shape === "rail" ? "max-lg:sr-only" : "";
  return (
    <nav
      aria-label="Main"
      data-rail={shape === "rail" ? "" : undefined}
      className="flex flex-col gap-4"
    >
      {groups.map(({ label, items }) => (
        <div key={label ?? "first"}>
          {label && (
            <p className={clsx("px-2 pb-1 text-2xs font-medium text-muted", textStyle)}>{label}</p>
          )}
          {label && shape === "rail" && (
            <div className="mx-2 mb-2 border-t border-border lg:hidden" />
          )}
          <ul className="flex flex-col gap-px">
            {items.map((item) => {
              const isCurrent = item.id === current;
              return (
                <li key={item.id}>
                  <NextLink
                    href={item.href}
                    prefetch={false}
                    {...(onGo ? { onClick: onGo } : {})}
                    aria-current={isCurrent ? "page" : undefined}
                    data-tip={shape === "rail" ? `${item.label}  g ${item.key}` : undefined}
                    className={clsx(
                      "group relative flex h-8 items-center gap-2.5 rounded-md px-2 text-sm pointer-coarse:h-10",
                      shape === "rail" && "max-lg:justify-center",
                      isCurrent
                        ? "bg-hover font-medium text-text [&_svg]:text-accent"
                        : "text-muted hover:bg-hover/60 hover:text-text",
                    )}
                  >
                    <NavIcon id={item.id} />
                    <span className={clsx("flex-1", textStyle)}>{item.label}</span>
                    {badges[item.id]}
                  </NextLink>
                </li>
              );
            })}
          </ul>
        </div>
      ))}
    </nav>
  );
}

"use client";

import clsx from "clsx";
import NextLink from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { placeAt, type PlaceGroup, type PlaceId } from "./places";
import { PlaceIcon } from "./place-icon";

/** What stands beside a place: how much there is to do. */
export type PlaceBadges = Readonly<Partial<Record<PlaceId, ReactNode>>>;

type Props = Readonly<{
  groups: readonly PlaceGroup[];
  /** rail: names appear from 1024 px up; full: always. */ shape: "rail" | "full";
  badges?: PlaceBadges | undefined;
  onGo?: (() => void) | undefined;
}>;

/** The places of the console; the current one is marked. */
export function NavList({ groups, shape, badges = {}, onGo }: Props) {
  const current = placeAt(usePathname(), groups);
  const name = shape === "rail" ? "max-lg:sr-only" : "";
  return (
    <nav
      aria-label="Main"
      data-rail={shape === "rail" ? "" : undefined}
      className="flex flex-col gap-4"
    >
      {groups.map(({ label, places }) => (
        <div key={label ?? "first"}>
          {label && (
            <p className={clsx("px-2 pb-1 text-2xs font-medium text-muted", name)}>{label}</p>
          )}
          {label && shape === "rail" && (
            <div className="mx-2 mb-2 border-t border-border lg:hidden" />
          )}
          <ul className="flex flex-col gap-px">
            {places.map((place) => {
              const here = place.id === current;
              return (
                <li key={place.id}>
                  <NextLink
                    href={place.href}
                    prefetch={false}
                    {...(onGo ? { onClick: onGo } : {})}
                    aria-current={here ? "page" : undefined}
                    data-tip={shape === "rail" ? `${place.label}  g ${place.key}` : undefined}
                    className={clsx(
                      "group relative flex h-8 items-center gap-2.5 rounded-md px-2 text-sm pointer-coarse:h-10",
                      shape === "rail" && "max-lg:justify-center",
                      here
                        ? "bg-hover font-medium text-text [&_svg]:text-accent"
                        : "text-muted hover:bg-hover/60 hover:text-text",
                    )}
                  >
                    <PlaceIcon id={place.id} />
                    <span className={clsx("flex-1", name)}>{place.label}</span>
                    {badges[place.id]}
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

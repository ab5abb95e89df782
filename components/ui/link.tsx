import clsx from "clsx";
import NextLink from "next/link";
import type { ComponentProps, ReactNode } from "react";

type LinkProps = Omit<
  ComponentProps<typeof NextLink>,
  "className" | "style" | "prefetch" | "href"
> &
  Readonly<{
    href: string;
    /**
     * inline: in a sentence · quiet: text color until hovered · plain: unstyled.
     */
    variant?: "inline" | "quiet" | "plain" | undefined;
    children: ReactNode;
  }>;

const variants = {
  inline: "text-accent underline decoration-accent/35 underline-offset-2 hover:decoration-accent",
  quiet: "text-text font-medium hover:text-accent hover:underline underline-offset-2",
  plain: "",
} as const;

/**
 * A link inside the console. It never prefetches: loading a page is a read, and each read becomes an
 * audit log entry.
 */
export function Link({ variant = "inline", children, ...rest }: LinkProps) {
  return (
    <NextLink {...rest} prefetch={false} className={clsx("rounded-sm", variants[variant])}>
      {children}
    </NextLink>
  );
}

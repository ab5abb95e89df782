import clsx from "clsx";
import NextLink from "next/link";
import type { ComponentProps, ReactNode } from "react";

type LinkProps = Omit<
  ComponentProps<typeof NextLink>,
  "className" | "style" | "prefetch" | "href"
> &
  Readonly<{
    href: string;
    /** inline: in a sentence · quiet: takes the text's colour until pointed at · plain: no look of its own. */
    variant?: "inline" | "quiet" | "plain" | undefined;
    children: ReactNode;
  }>;

const variants = {
  inline: "text-accent underline decoration-accent/35 underline-offset-2 hover:decoration-accent",
  quiet: "text-text font-medium hover:text-accent hover:underline underline-offset-2",
  plain: "",
} as const;

/** A link inside the console. It never prefetches: opening a page is a read, and reads are on the record. */
export function Link({ variant = "inline", children, ...rest }: LinkProps) {
  return (
    <NextLink {...rest} prefetch={false} className={clsx("rounded-sm", variants[variant])}>
      {children}
    </NextLink>
  );
}

/** A link that leaves Chancery, in a new tab, without a referrer. */
export function ExternalLink({ href, children }: Readonly<{ href: string; children: ReactNode }>) {
  return (
    <a href={href} target="_blank" rel="noreferrer" className={clsx("rounded-sm", variants.inline)}>
      {children}
    </a>
  );
}

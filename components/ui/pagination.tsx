import { ChevronLeft, ChevronRight } from "lucide-react";
import NextLink from "next/link";
import type { ReactNode } from "react";
import { buttonStyle } from "./button-style";

type Props = Readonly<{
  /** What is shown of what: "50 of 1,204 certificates". */
  summary: ReactNode;
  /** Address of the previous page (or the first); null at the beginning. */
  newerHref: string | null;
  olderHref: string | null;
  newerLabel?: string | undefined;
  olderLabel?: string | undefined;
}>;

/** Keyset paging: there are no page numbers, since rows arrive while one reads. */
export function Pagination({
  summary,
  newerHref,
  olderHref,
  newerLabel = "Newer",
  olderLabel = "Older",
}: Props) {
  return (
    <nav
      aria-label="Pagination"
      className="flex flex-wrap items-center justify-between gap-3 px-1 py-3 text-xs text-muted"
    >
      <p>{summary}</p>
      <div className="flex gap-2">
        <Step href={newerHref} why="This is the beginning.">
          <ChevronLeft aria-hidden />
          {newerLabel}
        </Step>
        <Step href={olderHref} why="There is nothing more.">
          {olderLabel}
          <ChevronRight aria-hidden />
        </Step>
      </div>
    </nav>
  );
}

function Step({
  href,
  why,
  children,
}: Readonly<{ href: string | null; why: string; children: ReactNode }>) {
  if (href === null)
    return (
      <button type="button" aria-disabled data-tip={why} className={buttonStyle("secondary", "sm")}>
        {children}
      </button>
    );
  return (
    <NextLink href={href} prefetch={false} className={buttonStyle("secondary", "sm")}>
      {children}
    </NextLink>
  );
}

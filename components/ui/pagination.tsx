import { ChevronLeft, ChevronRight, ChevronsLeft } from "lucide-react";
import NextLink from "next/link";
import type { ReactNode } from "react";
import { buttonStyle } from "./button-style";

type Props = Readonly<{
  /** How many rows are shown: "50 of 1,204 certificates". */
  summary: ReactNode;
  /** URL of the first page, if there is a link to it; null on the first page. */
  firstHref?: string | null | undefined;
  /** URL of the previous page or the first one; null on the first page. */
  newerHref: string | null;
  olderHref: string | null;
  newerLabel?: string | undefined;
  olderLabel?: string | undefined;
}>;

/** Keyset paging; a list of one page has no links. There are no page numbers, since rows are added all the time. */
export function Pagination({
  summary,
  firstHref,
  newerHref,
  olderHref,
  newerLabel = "Newer",
  olderLabel = "Older",
}: Props) {
  const isOnlyPage = [firstHref ?? null, newerHref, olderHref].every((href) => href === null);
  return (
    <nav
      aria-label="Pagination"
      className="flex flex-wrap items-center justify-between gap-3 px-1 py-3 text-xs text-muted"
    >
      <p>{summary}</p>
      {!isOnlyPage && (
        <div className="flex flex-wrap gap-2">
          {firstHref !== undefined && (
            <PageLink href={firstHref} disabledReason="This is the first page.">
              <ChevronsLeft aria-hidden />
              First page
            </PageLink>
          )}
          <PageLink href={newerHref} disabledReason="This is the first page.">
            <ChevronLeft aria-hidden />
            {newerLabel}
          </PageLink>
          <PageLink href={olderHref} disabledReason="This is the last page.">
            {olderLabel}
            <ChevronRight aria-hidden />
          </PageLink>
        </div>
      )}
    </nav>
  );
}

function PageLink({
  href,
  disabledReason,
  children,
}: Readonly<{ href: string | null; disabledReason: string; children: ReactNode }>) {
  if (href === null)
    return (
      <button
        type="button"
        aria-disabled
        data-tip={disabledReason}
        className={buttonStyle("secondary", "sm")}
      >
        {children}
      </button>
    );
  return (
    <NextLink href={href} prefetch={false} className={buttonStyle("secondary", "sm")}>
      {children}
    </NextLink>
  );
}

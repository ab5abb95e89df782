import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "./link";

export type Crumb = Readonly<{ label: string; href: string }>;

type Props = Readonly<{
  title: ReactNode;
  /** One sentence or count under the title. */
  description?: ReactNode;
  /** One primary action. */
  action?: ReactNode;
  /** The parents of this page, topmost first, without the page itself. */
  crumbs?: readonly Crumb[] | undefined;
  /** Next to the title: a state. */
  badge?: ReactNode;
}>;

/** The head of a page. */
export function PageHeader({ title, description, action, crumbs, badge }: Props) {
  return (
    <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3 pb-5">
      {/* The sentence wraps before the actions do. */}
      <div className="min-w-0 sm:grow sm:basis-72">
        {crumbs && crumbs.length > 0 && <Breadcrumbs crumbs={crumbs} />}
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="min-w-0 text-xl font-semibold tracking-tight break-words">{title}</h1>
          {badge}
        </div>
        {description && <p className="mt-0.5 max-w-2xl text-sm text-muted">{description}</p>}
      </div>
      {action && (
        <div data-page-actions className="flex flex-wrap gap-2">
          {action}
        </div>
      )}
    </header>
  );
}

function Breadcrumbs({ crumbs }: Readonly<{ crumbs: readonly Crumb[] }>) {
  return (
    <nav aria-label="Breadcrumbs" className="mb-1">
      <ol className="flex flex-wrap items-center gap-1 text-xs text-muted">
        {crumbs.map(({ label, href }, index) => (
          <li key={href} className="flex max-w-full min-w-0 items-center gap-1">
            <Link href={href} variant="plain">
              <span className="wrap-anywhere hover:text-text hover:underline">{label}</span>
            </Link>
            {index < crumbs.length - 1 && <ChevronRight aria-hidden className="size-3" />}
          </li>
        ))}
      </ol>
    </nav>
  );
}

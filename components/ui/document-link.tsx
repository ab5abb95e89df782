import { ExternalLink } from "lucide-react";
import type { ReactNode } from "react";

/** A link to a document next to the work: in another tab, so that no input is lost. */
export function DocumentLink({ href, children }: Readonly<{ href: string; children: ReactNode }>) {
  return (
    <a
      href={href}
      target="_blank"
      rel="noreferrer"
      className="inline-flex items-center gap-1 rounded-sm text-accent underline decoration-accent/35 underline-offset-2 hover:decoration-accent"
    >
      {children}
      <ExternalLink aria-hidden className="size-3" />
      <span className="sr-only">(opens in a new tab)</span>
    </a>
  );
}

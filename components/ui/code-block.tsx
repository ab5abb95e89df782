import type { ReactNode } from "react";
import { CopyButton } from "./copy-button";

type Props = Readonly<{
  code: string;
  /** What it is, such as "Certificate (PEM)". */ label: string;
  aside?: ReactNode;
  /** Cuts the height and scrolls. */ short?: boolean | undefined;
  wrap?: boolean | undefined;
}>;

/**
 * Code or data, verbatim, with a copy button. Long lines scroll; the box takes focus so that the
 * keyboard can scroll it.
 */
export function CodeBlock({ code, label, aside, short, wrap }: Props) {
  return (
    <figure className="min-w-0 overflow-hidden rounded-lg border border-border bg-sunken">
      <figcaption className="flex min-h-9 items-center justify-between gap-3 border-b border-border py-1 pr-1 pl-3 text-xs text-muted">
        <span className="truncate">{label}</span>
        <span className="flex items-center gap-1">
          {aside}
          <CopyButton text={code} label={`Copy ${label}`} />
        </span>
      </figcaption>
      <pre
        // A scrolling box must be reachable by keyboard (axe scrollable-region-focusable).
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        role="region"
        aria-label={label}
        className={`overflow-auto p-3 font-mono text-xs outline-offset-[-2px] ${short ? "max-h-64" : ""} ${wrap ? "break-words whitespace-pre-wrap" : ""}`}
      >
        <code>{code}</code>
      </pre>
    </figure>
  );
}

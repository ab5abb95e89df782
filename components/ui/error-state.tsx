"use client";

import { RotateCw, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./button";

type Props = Readonly<{
  title?: string | undefined;
  children: ReactNode;
  /** What to search for in the server log. */ reference?: string | undefined;
  onRetry?: (() => void) | undefined;
}>;

/** What went wrong, and a button to try again. */
export function ErrorState({
  title = "This couldn't be loaded",
  children,
  reference,
  onRetry,
}: Props) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-14 text-center">
      <div className="mb-1 grid size-10 place-items-center rounded-full bg-revoked-soft text-revoked">
        <TriangleAlert aria-hidden className="size-5" />
      </div>
      <p className="text-base font-semibold">{title}</p>
      <div className="max-w-md text-sm text-balance text-muted">{children}</div>
      {reference && (
        <p className="text-xs text-muted">
          Reference <code className="font-mono">{reference}</code>
        </p>
      )}
      {onRetry && (
        <div className="mt-3">
          <Button icon={<RotateCw aria-hidden />} onClick={onRetry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}

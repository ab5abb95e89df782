import type { ReactNode } from "react";
import { Mark } from "@/components/ui/mark";
import { TooltipLayer } from "@/components/ui/tooltip";
import { DemoBadge } from "./demo-badge";
import { SkipLink } from "./skip-link";

/** The frame of the pages before sign-in: the logo and one column. */
export function AuthFrame({
  isDemo = false,
  children,
}: Readonly<{ isDemo?: boolean; children: ReactNode }>) {
  return (
    <div className="flex min-h-dvh flex-col items-center px-4 py-8 sm:py-[10vh]">
      <SkipLink />
      <header className="flex flex-col items-center gap-2 pb-7">
        <Mark size="lg" />
        <p className="text-lg font-semibold tracking-tight">Chancery</p>
        {isDemo && <DemoBadge />}
      </header>
      <main id="content" tabIndex={-1} className="flex w-full flex-col items-center outline-none">
        {children}
      </main>
      <TooltipLayer />
    </div>
  );
}

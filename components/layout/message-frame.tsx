import type { ReactNode } from "react";
import { Mark } from "@/components/ui/mark";

/** A page with a single message: not found, no access, error. */
export function MessageFrame({
  title,
  children,
  action,
  inShell = false,
}: Readonly<{
  title: string;
  children: ReactNode;
  action?: ReactNode;
  /** The frame around it already has a main landmark. */ inShell?: boolean | undefined;
}>) {
  const Landmark = inShell ? "div" : "main";
  return (
    <Landmark className="grid min-h-[70dvh] place-items-center px-6">
      <div className="flex max-w-md flex-col items-center gap-2 text-center">
        <span className="pb-3 text-muted">
          <Mark size="lg" />
        </span>
        <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
        <div className="text-balance text-muted">{children}</div>
        {action && <div className="pt-3">{action}</div>}
      </div>
    </Landmark>
  );
}

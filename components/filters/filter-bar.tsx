import type { ReactNode } from "react";

/** Search and filters above a list; they wrap, and fill the width on phones. */
export function FilterBar({ children }: Readonly<{ children: ReactNode }>) {
  return (
    <div className="flex flex-col gap-2 pb-3 sm:flex-row sm:flex-wrap sm:items-center">
      {children}
    </div>
  );
}

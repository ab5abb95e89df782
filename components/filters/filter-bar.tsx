import type { ReactNode } from "react";

/** Search and filters above a list; they wrap, and on phones are in two columns below the search. */
export function FilterBar({ children }: Readonly<{ children: ReactNode }>) {
  return (
    <div className="grid grid-cols-2 gap-2 pb-3 *:min-w-0 sm:flex sm:flex-wrap sm:items-center">
      {children}
    </div>
  );
}

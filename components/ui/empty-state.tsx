import type { ReactNode } from "react";

type Props = Readonly<{
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}>;

/** What an empty list means, and what to do next. */
export function EmptyState({ icon, title, children, action }: Props) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-10 text-center">
      {icon && (
        <div className="mb-1 grid size-10 place-items-center rounded-full bg-sunken text-muted [&_svg]:size-5">
          {icon}
        </div>
      )}
      <p className="text-base font-semibold">{title}</p>
      {children && <div className="max-w-md text-sm text-balance text-muted">{children}</div>}
      {action && <div className="mt-3">{action}</div>}
    </div>
  );
}

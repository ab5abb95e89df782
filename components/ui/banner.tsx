import clsx from "clsx";
import { CircleCheck, Info, OctagonX, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

type BannerTone = "info" | "success" | "warning" | "danger";

const looks = {
  info: ["border-pending/30 bg-pending-soft", "text-pending", Info],
  success: ["border-valid/30 bg-valid-soft", "text-valid", CircleCheck],
  warning: ["border-expiring/35 bg-expiring-soft", "text-expiring", TriangleAlert],
  danger: ["border-revoked/30 bg-revoked-soft", "text-revoked", OctagonX],
} as const;

type Props = Readonly<{
  tone?: BannerTone | undefined;
  title?: string | undefined;
  children?: ReactNode;
  action?: ReactNode;
  /** Announced at once: for the result of an action. */ live?: boolean | undefined;
}>;

/** A message about the whole page or form. */
export function Banner({ tone = "info", title, children, action, live }: Props) {
  const [boxColor, iconColor, Icon] = looks[tone];
  return (
    <div
      role={live ? (tone === "danger" ? "alert" : "status") : undefined}
      className={clsx("flex items-start gap-3 rounded-lg border px-3.5 py-2.5 text-sm", boxColor)}
    >
      <Icon aria-hidden className={clsx("mt-0.5 size-4 shrink-0", iconColor)} />
      <div className="flex min-w-0 flex-1 flex-wrap items-start gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1 basis-52 break-words">
          {title && <p className="font-medium">{title}</p>}
          {children && <div className={clsx(title && "mt-0.5")}>{children}</div>}
        </div>
        {action && <div className="shrink-0">{action}</div>}
      </div>
    </div>
  );
}

type ReceiptProps = Readonly<{
  children: ReactNode;
  entryLabel?: string | undefined;
  entryHref?: string | undefined;
  action?: ReactNode;
}>;

/**
 * The result of an action and its audit log entry: "Revoked. Entry 812." It stays until the user
 * leaves the page.
 */
export function Receipt({ children, entryLabel, entryHref, action }: ReceiptProps) {
  return (
    <Banner tone="success" live action={action}>
      {children}{" "}
      {entryLabel &&
        (entryHref ? (
          <a href={entryHref} className="font-medium text-accent underline underline-offset-2">
            {entryLabel}
          </a>
        ) : (
          <span>{entryLabel}</span>
        ))}
      {entryLabel && "."}
    </Banner>
  );
}

import { LoaderCircle } from "lucide-react";
import NextLink from "next/link";
import type { ComponentProps, ReactNode } from "react";
import { buttonStyle, type ButtonSize, type ButtonVariant } from "./button-style";

type Look = Readonly<{
  variant?: ButtonVariant | undefined;
  size?: ButtonSize | undefined;
  icon?: ReactNode;
  /** Fills its container's width. */
  block?: boolean | undefined;
}>;

type ButtonProps = Omit<ComponentProps<"button">, "className" | "style" | "disabled"> &
  Look &
  Readonly<{
    loading?: boolean | undefined;
    /** Why it can't be used now, shown as its tooltip. The button stays focusable but does nothing. */
    disabledReason?: string | undefined;
  }>;

/**
 * A button, of type "button" by default. While `loading` or with a `disabledReason` it neither
 * clicks nor submits.
 */
export function Button({
  variant,
  size,
  icon,
  block,
  loading,
  disabledReason,
  children,
  type = "button",
  onClick,
  ...rest
}: ButtonProps) {
  const inactive = loading === true || disabledReason !== undefined;
  return (
    <button
      {...rest}
      type={inactive ? "button" : type}
      aria-disabled={inactive || undefined}
      aria-busy={loading || undefined}
      data-tip={disabledReason ?? (rest as Record<string, unknown>)["data-tip"]}
      onClick={inactive ? undefined : onClick}
      className={buttonStyle(variant, size, false, block)}
    >
      {loading ? <LoaderCircle aria-hidden className="animate-spin" /> : icon}
      {children}
    </button>
  );
}

type IconButtonProps = Omit<ButtonProps, "icon" | "children" | "block"> &
  Readonly<{ label: string; icon: ReactNode }>;

/** A square icon button; `label` is its accessible name and its tooltip. */
export function IconButton({
  variant = "ghost",
  size,
  icon,
  label,
  loading,
  disabledReason,
  onClick,
  type = "button",
  ...rest
}: IconButtonProps) {
  const inactive = loading === true || disabledReason !== undefined;
  return (
    <button
      data-tip={disabledReason ?? label}
      {...rest}
      type={type}
      aria-label={label}
      aria-disabled={inactive || undefined}
      onClick={inactive ? undefined : onClick}
      className={buttonStyle(variant, size, true)}
    >
      {loading ? <LoaderCircle aria-hidden className="animate-spin" /> : icon}
    </button>
  );
}

type ButtonLinkProps = Look &
  Readonly<{
    href: string;
    children: ReactNode;
    download?: boolean | string | undefined;
    external?: boolean | undefined;
  }>;

/**
 * A link that looks like a button. With `download` or `external` it bypasses the router.
 */
export function ButtonLink({
  variant,
  size,
  icon,
  block,
  href,
  children,
  download,
  external,
}: ButtonLinkProps) {
  const style = buttonStyle(variant, size, false, block);
  if (download !== undefined || external) {
    return (
      <a
        href={href}
        download={download}
        className={style}
        {...(external ? { target: "_blank", rel: "noreferrer" } : {})}
      >
        {icon}
        {children}
      </a>
    );
  }
  return (
    <NextLink href={href} prefetch={false} className={style}>
      {icon}
      {children}
    </NextLink>
  );
}

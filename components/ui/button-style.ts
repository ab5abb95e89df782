import clsx from "clsx";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger" | "danger-quiet";
export type ButtonSize = "sm" | "md" | "lg";

const variants: Readonly<Record<ButtonVariant, string>> = {
  primary: "bg-accent text-on-accent hover:bg-accent-strong shadow-card",
  secondary:
    "bg-raised text-text border border-border hover:bg-hover hover:border-edge/60 shadow-card",
  ghost: "text-muted hover:text-text hover:bg-hover",
  danger: "bg-danger text-on-danger hover:bg-danger-strong shadow-card",
  "danger-quiet": "bg-raised text-revoked border border-border hover:bg-revoked-soft shadow-card",
};

const sizes: Readonly<Record<ButtonSize, string>> = {
  sm: "h-7 gap-1.5 px-2.5 text-xs [&_svg]:size-3.5",
  md: "h-8 gap-2 px-3 text-sm [&_svg]:size-4",
  lg: "h-10 gap-2 px-4 text-base [&_svg]:size-4",
};

const squares: Readonly<Record<ButtonSize, string>> = {
  sm: "size-7 [&_svg]:size-3.5",
  md: "size-8 [&_svg]:size-4",
  lg: "size-10 [&_svg]:size-5",
};

const common =
  "inline-flex shrink-0 items-center justify-center rounded-md font-medium whitespace-nowrap select-none transition-colors duration-100 " +
  "[&_svg]:shrink-0 aria-disabled:opacity-60 disabled:opacity-60";

/** The classes of a button, for elements that are not `<button>` (links, file labels). */
export function buttonStyle(
  variant: ButtonVariant = "secondary",
  size: ButtonSize = "md",
  square = false,
  block = false,
): string {
  return clsx(common, variants[variant], square ? squares[size] : sizes[size], block && "w-full");
}

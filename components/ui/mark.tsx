/**
 * The logo: a C with a hanging seal. The C takes the color of the surrounding text, the seal the
 * accent color.
 */
export function Mark({ size = "md" }: Readonly<{ size?: "sm" | "md" | "lg" | undefined }>) {
  return (
    <svg
      viewBox="0 0 24 24"
      aria-hidden
      className={{ sm: "size-5", md: "size-6", lg: "size-11" }[size]}
      fill="none"
    >
      <path
        d="M18.4 6.1A8.6 8.6 0 1 0 10.6 20.4"
        stroke="currentColor"
        strokeWidth="2.3"
        strokeLinecap="round"
      />
      <path
        d="M15.9 9.1A4.6 4.6 0 1 0 8.5 14.5"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        opacity="0.45"
      />
      <circle cx="17.1" cy="17" r="4.5" className="fill-accent" />
      <circle
        cx="17.1"
        cy="17"
        r="2.1"
        className="stroke-on-accent"
        strokeWidth="1.1"
        opacity="0.85"
      />
    </svg>
  );
}

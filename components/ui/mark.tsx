/** The mark: a roll with its seal. Drawn in the colour of the text around it, the seal in the accent. */
export function Mark({ size = "md" }: Readonly<{ size?: "sm" | "md" | "lg" | undefined }>) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden className={{ sm: "size-5", md: "size-6", lg: "size-10" }[size]} fill="none">
      <path d="M6.5 3.5h11a2 2 0 0 1 2 2v0a2 2 0 0 1-2 2h-11a2 2 0 0 1-2-2v0a2 2 0 0 1 2-2Z" stroke="currentColor" strokeWidth="1.6" />
      <path d="M6.5 7.5v10.2a1 1 0 0 0 1 1h3.2M17.5 7.5v4.2M9.5 11h3.6" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" />
      <circle cx="16.4" cy="16.8" r="4.4" className="fill-accent" />
      <path d="m14.6 16.9 1.3 1.3 2.4-2.6" className="stroke-on-accent" strokeWidth="1.4" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

/**
 * The style of every text-like control: border contrast 3:1, error border from aria-invalid, 32 px
 * high, 16 px type on touch devices so that phones don't zoom in.
 */
export const controlStyle =
  "w-full rounded-md border border-edge/70 bg-raised px-2.5 text-sm text-text shadow-card transition-colors pointer-coarse:text-lg " +
  "hover:border-edge focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0 " +
  "aria-invalid:border-revoked disabled:bg-sunken disabled:text-muted [&[readonly]]:bg-sunken";

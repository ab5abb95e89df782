type Wanted = Readonly<{ path: string; params: string }>;

/** The last parameters that a control asked for, until the page has them. */
let wanted: Wanted | null = null;

/**
 * The parameters that a control of a list changes: those that another one asked for a moment ago,
 * while the page is still loading with them, otherwise the page's own.
 */
export function latestParams(path: string, current: string): URLSearchParams {
  return new URLSearchParams(wanted?.path === path ? wanted.params : current);
}

/** A control asks for these parameters. */
export function wantParams(path: string, params: URLSearchParams): void {
  wanted = { path, params: params.toString() };
}

/** The page has other parameters than before: whatever was asked for counts no longer. */
export function paramsArrived(): void {
  wanted = null;
}

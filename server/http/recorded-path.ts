import { maskTarget } from "@/lib/format/mask-secrets";

/**
 * The path of a URL as it is recorded: with its query, truncated, and without anything that looks
 * like a Chancery secret.
 */
export function recordedPath(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  return recordedTarget(start < 0 ? "/" : url.slice(start));
}

/** The same for a request target. */
export const recordedTarget = (target: string): string => maskTarget(target).slice(0, 1024);

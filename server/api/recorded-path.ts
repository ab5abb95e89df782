/** The path of a whole address as the record keeps it: with its query, cut, and without anything that looks like one of our secrets. */
export function recordedPath(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  return recordedTarget(start < 0 ? "/" : url.slice(start));
}

/** The same of a request's target, which begins with its path. The query of the setup link is a secret. */
export function recordedTarget(target: string): string {
  const shown = target.startsWith("/setup") ? (target.split("?", 1)[0] ?? "") : target;
  return shown.replaceAll(/chy_[\w%-]+/g, "chy_…").slice(0, 1024);
}

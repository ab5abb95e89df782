/** The path as the record keeps it: with its query, cut, and without anything that looks like one of our secrets. */
export function recordedPath(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  const path = start < 0 ? "/" : url.slice(start);
  return path.replaceAll(/chy_[\w%-]+/g, "chy_…").slice(0, 1024);
}

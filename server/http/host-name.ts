/** The hostname in a Host header, lower case, without port; null if missing or malformed. */
export function hostName(header: string | undefined): string | null {
  if (header === undefined) return null;
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(header);
  return match?.[1] === undefined ? null : match[1].toLowerCase().replaceAll(/^\[|\]$/g, "");
}

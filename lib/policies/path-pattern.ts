/** A longer path is not recorded in full. */
export const maxPathLength = 4_000;

/** What needs no second look: parts of unescaped characters, none of them a dot segment. */
const plainPath = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~!$&'()*+,=:@-]+)+$/;
/**
 * RFC 3986 §3.3: what a part may hold unescaped. The semicolon is left out: some servers cut a part
 * off there and others do not.
 */
const segmentPattern = /^(?:[A-Za-z0-9._~!$&'()*+,=:@-]|%[0-9A-Fa-f]{2})+$/;
const escapedTwice = /%[0-9A-Fa-f]{2}/;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const dangerous = /[/\\\u0000-\u001f\u007f-\u009f]/;
const dotsAlone = /^\.{1,2}(?:;|$)/;
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
const needless = /%(?:24|26|2B|2C|3A|3D|40)/g;

/** One part in its one form, or null if two servers could read it differently. */
function normalizeSegment(text: string): string | null {
  if (!segmentPattern.test(text)) return null;
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    // Not UTF-8: overlong forms are a way to write a dot or a slash.
    return null;
  }
  if (dangerous.test(decoded) || escapedTwice.test(decoded)) return null;
  // Servers that fold Unicode make dots of full-width dots, and skip what is invisible.
  if (dotsAlone.test(decoded.normalize("NFKC").replaceAll(invisible, ""))) return null;
  return encodeURIComponent(decoded).replace(needless, decodeURIComponent);
}

/**
 * The path of a request's target in its one form: query cut off, needless escapes undone, one slash
 * at the end ignored. Null if servers could disagree on what it names (dot segments, empty parts,
 * escaped slashes, backslashes or controls, escapes twice, bad escapes, semicolons, anything that
 * is no path): a rule for it would guard one thing and the service serve another.
 */
export function normalizePath(target: string): string | null {
  const query = target.indexOf("?"),
    path = query < 0 ? target : target.slice(0, query);
  if (!path.startsWith("/") || path.length > maxPathLength) return null;
  if (path === "/") return path;
  const bare = path.endsWith("/") ? path.slice(0, -1) : path;
  if (plainPath.test(bare)) return bare;
  const parts = bare.slice(1).split("/").map(normalizeSegment);
  return parts.includes(null) ? null : `/${parts.join("/")}`;
}

/**
 * A parsed path pattern. A null segment matches any one segment; `below` (a final **) also matches
 * everything below the path.
 */
export type PathPattern = Readonly<{ segments: readonly (string | null)[]; below: boolean }>;

/** Reads a pattern. Returns the error message if the pattern is invalid or ambiguous. */
export function parsePattern(text: string): PathPattern | string {
  if (!text.startsWith("/")) return "Start the path with /.";
  if (/[?#]/.test(text)) return "Rules match only the path. Remove everything from ? or # on.";
  const below = text.endsWith("/**");
  if (text === "/" || text === "/**") return { segments: [], below };
  const bare = below ? text.slice(0, -3) : text.replace(/\/$/, "");
  const segments: (string | null)[] = [];
  for (const segment of bare.slice(1).split("/")) {
    if (segment === "*") segments.push(null);
    else if (segment.includes("*"))
      return segment === "**"
        ? "Use ** only as the last segment. It matches everything below."
        : "* matches a whole segment, as in /v1/*/refunds. To match the character itself, write %2A.";
    else {
      const normal = normalizeSegment(segment);
      if (normal === null)
        return segment === ""
          ? "Two slashes follow one another; no request with such a path is let through."
          : `No request with ${segment} in its path is let through: servers read it differently.`;
      segments.push(normal);
    }
  }
  return { segments, below };
}

/** Whether a path, in its normal form and split at its slashes, fits. */
export const matchesPattern = (pattern: PathPattern, path: readonly string[]): boolean =>
  matchesSegments(pattern, path, (one, part) => one === part);

/** The same with another comparison of a pattern's segment with a part of the path. */
export function matchesSegments<T>(
  { segments, below }: PathPattern,
  path: readonly T[],
  fits: (segment: string, part: T) => boolean,
): boolean {
  if (below ? path.length < segments.length : path.length !== segments.length) return false;
  return segments.every((one, at) => one === null || fits(one, path[at]!));
}

/** The parts between the slashes of a path in its normal form. */
export const pathSegments = (path: string): readonly string[] =>
  path === "/" ? [] : path.slice(1).split("/");

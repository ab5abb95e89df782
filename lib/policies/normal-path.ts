/** Longer than this a path does not stand whole in the record. */
export const longestPath = 4_000;

/** What needs no second look: parts of unescaped characters, none of them a dot segment. */
const plain = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~!$&'()*+,=:@-]+)+$/;
/** RFC 3986 §3.3: what a part may hold unescaped. The semicolon is left out: some servers cut a part off there and others do not. */
const part = /^(?:[A-Za-z0-9._~!$&'()*+,=:@-]|%[0-9A-Fa-f]{2})+$/;
const escapedTwice = /%[0-9A-Fa-f]{2}/;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const dangerous = /[/\\\u0000-\u001f\u007f-\u009f]/;
const dotsAlone = /^\.{1,2}(?:;|$)/;
const needless = /%(?:24|26|2B|2C|3A|3D|40)/g;

/** One part in its one form, or null if two servers could read it differently. */
function normalPart(text: string): string | null {
  if (!part.test(text)) return null;
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    // Not UTF-8: overlong forms are a way to write a dot or a slash.
    return null;
  }
  if (dangerous.test(decoded) || dotsAlone.test(decoded) || escapedTwice.test(decoded)) return null;
  return encodeURIComponent(decoded).replace(needless, decodeURIComponent);
}

/**
 * The path of a request's target in its one form: query cut off, needless escapes undone, one slash at the end ignored. Null if servers could
 * disagree on what it names (dot segments, empty parts, escaped slashes, backslashes or controls, escapes twice, bad escapes, semicolons,
 * anything that is no path): a rule for it would guard one thing and the service serve another.
 */
export function normalPath(target: string): string | null {
  const query = target.indexOf("?"),
    path = query < 0 ? target : target.slice(0, query);
  if (!path.startsWith("/") || path.length > longestPath) return null;
  if (path === "/") return path;
  const bare = path.endsWith("/") ? path.slice(0, -1) : path;
  if (plain.test(bare)) return bare;
  const parts = bare.slice(1).split("/").map(normalPart);
  return parts.includes(null) ? null : `/${parts.join("/")}`;
}

/** A pattern of a policy, taken apart: null stands for any one part; `below` if it ends in ** and takes everything below, itself included. */
export type PathPattern = Readonly<{ parts: readonly (string | null)[]; below: boolean }>;

/** Reads a pattern. Returns what is wrong with it, in words, if it has no one meaning. */
export function readPattern(text: string): PathPattern | string {
  if (!text.startsWith("/")) return "A path begins with /.";
  if (/[?#]/.test(text)) return "A rule looks at the path alone: leave out what follows ? or #.";
  const below = text.endsWith("/**");
  if (text === "/" || text === "/**") return { parts: [], below };
  const bare = below ? text.slice(0, -3) : text.replace(/\/$/, "");
  const parts: (string | null)[] = [];
  for (const said of bare.slice(1).split("/")) {
    if (said === "*") parts.push(null);
    else if (said.includes("*"))
      return said === "**"
        ? "** stands at the end alone, for everything below."
        : "* stands for a whole part between slashes, as in /v1/*/refunds. For the character itself write %2A.";
    else {
      const normal = normalPart(said);
      if (normal === null)
        return said === ""
          ? "Two slashes follow one another; no request with such a path is let through."
          : `No request with ${said} in its path is let through: servers read it differently.`;
      parts.push(normal);
    }
  }
  return { parts, below };
}

/** Whether a path, in its normal form and split at its slashes, fits. */
export function fitsPattern({ parts, below }: PathPattern, path: readonly string[]): boolean {
  if (below ? path.length < parts.length : path.length !== parts.length) return false;
  for (let at = 0; at < parts.length; at++)
    if (parts[at] !== null && parts[at] !== path[at]) return false;
  return true;
}

/** The parts between the slashes of a path in its normal form. */
export const partsOf = (path: string): readonly string[] =>
  path === "/" ? [] : path.slice(1).split("/");

/** Parts that every server reads alike. */
const plainPart = /^[a-z0-9_~-]+$/;

/**
 * The parts as the most generous server would read them: case, the forms of a letter, spaces and dots at an end, and what follows an escaped
 * ; ? or # count for nothing. For rules that say no, which nobody may walk around by a spelling.
 */
export function looseParts(parts: readonly string[]): readonly string[] {
  if (parts.every((one) => plainPart.test(one))) return parts;
  const loose = parts.map((one) =>
    decodeURIComponent(one)
      .normalize("NFKC")
      .toLowerCase()
      .split(/[;?#/\\]/, 1)[0]!
      .replace(/[\s.]+$/u, "")
      .trimStart(),
  );
  return loose
    .filter((one) => one !== "")
    .map((one) => encodeURIComponent(one).replace(needless, decodeURIComponent));
}

/** A pattern for the same comparison; a part of which nothing would be left stays as it is. */
export const loosePattern = ({ parts, below }: PathPattern): PathPattern => ({
  parts: parts.map((one) => (one === null ? null : (looseParts([one])[0] ?? one))),
  below,
});

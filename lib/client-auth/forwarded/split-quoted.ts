/**
 * Splits at a separator outside double quotes, inside which a backslash escapes the next character;
 * null if a quote is never closed.
 */
export function splitQuoted(text: string, separator: string): string[] | null {
  const parts: string[] = [];
  let from = 0,
    quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "\\" && quoted) at++;
    else if (char === '"') quoted = !quoted;
    else if (char === separator && !quoted) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return quoted ? null : [...parts, text.slice(from)];
}

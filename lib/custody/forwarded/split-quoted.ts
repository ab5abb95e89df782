/** Splits at a separator outside of double quotes, in which a backslash takes the next character as it is; null if a quote is never closed. */
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

/**
 * One character of a token's prefix: as it is, or escaped as in a URL (also more than once), in
 * JSON, in a program's text or in HTML.
 */
const escapable = (char: string, literal = char): string => {
  const hex = char.charCodeAt(0).toString(16);
  return String.raw`(?:${literal}|%(?:25)*${hex}|\\u00${hex}|\\x${hex}|&#(?:0*${char.charCodeAt(0)}|x0*${hex});?)`;
};
const prefix = ["c", "h", "[yw]", "_"].map((char) =>
  char === "[yw]" ? `(?:${escapable("y")}|${escapable("w")})` : escapable(char),
);
const body = String.raw`(?:[\w%-]|\\u00[0-9a-f]{2}|\\x[0-9a-f]{2}|&#x?[0-9a-f]{1,6};)`;
const secret = new RegExp(`${prefix.join("")}(${body}+)`, "gi");
/** What every such word begins with: looked for first, because nearly every text has none. */
const beginning = /c[h%\\&]|%(?:25)*63|\\[ux](?:00)?63|&#(?:0*99|x0*63)/i;

/** The number of characters that no word has after "hierarchy_", but every token. */
const longWord = 32;

/**
 * A text from a request without what looks like a secret of Chancery: API tokens and invitations
 * (`chy_…`), keys of webhooks (`chw_…`), however they are escaped. `minLength` is how much of a
 * secret must follow its prefix.
 */
export function maskSecrets(text: string, minLength = 8): string {
  if (!beginning.test(text)) return text;
  return text.replaceAll(secret, (word, rest: string, offset: number) => {
    const isPartOfWord = /(?<!%[0-9a-f]?)[0-9a-z]$/i.test(
      text.slice(Math.max(0, offset - 3), offset),
    );
    const enough = isPartOfWord ? longWord : minLength;
    return rest.length < enough ? word : "chy_…";
  });
}

/** Up to the next parameter, however the `=` and `&` are escaped. */
const tokenParameter = /(token(?:=|%(?:25)*3d))(?:[^&#%\s]|%(?!(?:25)*26))+/gi;

/**
 * The target of a request without secrets, even beginnings of them: the setup link has its own in a
 * parameter, without a prefix.
 */
export const maskTarget = (target: string): string =>
  maskSecrets(target, 1).replaceAll(tokenParameter, "$1…");

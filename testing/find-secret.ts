/** How bytes look inside a longer text in base64, whatever comes before them. */
const inBase64 = (secret: Buffer): string[] =>
  [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), secret]).toString("base64");
    // The first and the last characters also depend on what is around.
    return text.slice(before === 0 ? 0 : 4, -4);
  });

/**
 * In which of the usual encodings the bytes occur in a text: as they are, in hexadecimal, in base64
 * and base64url (also in lines, as in PEM, and escaped in JSON), as octets in decimal.
 */
export function findSecret(haystack: Buffer, secret: Buffer): string[] {
  const text = haystack.toString("latin1");
  const compact = text
    .replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
    .replace(/\\r|\\n|[\s:]/g, "")
    .replaceAll(String.raw`\/`, "/");
  const base64 = inBase64(secret);
  const found: Readonly<Record<string, boolean>> = {
    raw: haystack.includes(secret),
    hexadecimal: compact.toLowerCase().includes(secret.toString("hex")),
    base64: base64.some((one) => compact.includes(one)),
    base64url: base64.some((one) =>
      compact.includes(one.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")),
    ),
    decimal: compact.includes([...secret].join(",")),
  };
  return Object.keys(found).filter((encoding) => found[encoding]);
}

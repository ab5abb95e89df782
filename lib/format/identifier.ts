const separators = /[\s:.\u2009-]/g;

/**
 * Hex without separators, in lower case: turns what a person pasted into the stored form.
 */
export function plainHex(text: string): string {
  return text.replace(separators, "").toLowerCase();
}

/** Hex in groups for reading: `3f2a9c01` becomes `3f2a 9c01`. An odd remainder comes last. */
export function groupHex(hex: string, size = 4): string {
  const plain = plainHex(hex);
  return plain.match(new RegExp(`.{1,${size}}`, "g"))?.join(" ") ?? "";
}

/** Upper-case pairs with colons, as openssl prints fingerprints and serials: `3F:2A:9C:01`. */
export function colonHex(hex: string): string {
  return (
    plainHex(hex)
      .match(/.{1,2}/g)
      ?.join(":")
      .toUpperCase() ?? ""
  );
}

/**
 * The beginning and the end of a text, which people compare, with an ellipsis between them. Text that
 * would not become shorter is returned unchanged.
 */
export function cutMiddle(text: string, head = 8, tail = 8): string {
  const characters = Array.from(text);
  if (characters.length <= head + tail + 1) return text;
  return `${characters.slice(0, head).join("")}…${tail === 0 ? "" : characters.slice(-tail).join("")}`;
}

/** A serial number or fingerprint shortened for a table: `3f2a 9c01 … 77b2 d0e1`. */
export function shortHex(hex: string, groups = 2, size = 4): string {
  const all = groupHex(hex, size).split(" ");
  if (all.length <= groups * 2 + 1) return all.join(" ");
  return `${all.slice(0, groups).join(" ")} … ${all.slice(-groups).join(" ")}`;
}

const separators = /[\s:.\u2009-]/g;

/** Hex without spaces, colons or dots, in lower case: what a person pasted becomes what is stored. */
export function plainHex(text: string): string {
  return text.replace(separators, "").toLowerCase();
}

/** Hex in groups for reading: `3f2a9c01` becomes `3f2a 9c01`. An odd rest stands last. */
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
 * The beginning and the end with an ellipsis between: the two parts by which people compare. Text that would not become
 * shorter comes back whole.
 */
export function cutMiddle(text: string, head = 8, tail = 8): string {
  const characters = Array.from(text);
  if (characters.length <= head + tail + 1) return text;
  return `${characters.slice(0, head).join("")}…${tail === 0 ? "" : characters.slice(-tail).join("")}`;
}

/** A serial or fingerprint cut for a table: `3f2a 9c01 … 77b2 d0e1`. Short ones stay whole. */
export function shortHex(hex: string, groups = 2, size = 4): string {
  const all = groupHex(hex, size).split(" ");
  if (all.length <= groups * 2 + 1) return all.join(" ");
  return `${all.slice(0, groups).join(" ")} … ${all.slice(-groups).join(" ")}`;
}

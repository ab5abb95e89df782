/**
 * OCSP requests in the exact shapes that clients send, which are answered without the general HTTP
 * parser. Whatever differs in any octet is not a shape: the general parser reads it, and decides. So
 * nothing here may accept what that parser refuses, or read it differently.
 */
export type OcspShape = Readonly<{
  /** The body of a POST; the path after `/ocsp` of a GET. */
  der: Buffer | null;
  path: string | null;
  /** The client asks to close the connection after the answer. */
  close: boolean;
}>;

/** What the header fields of a request say; the same fields come again and again. */
type Fields = Readonly<{ contentLength: number | null; close: boolean }>;

/** Reads a whole request, which is all there is in these bytes; null if it has no known shape. */
export type ReadOcspShape = (bytes: Buffer) => OcspShape | null;

const post = Buffer.from("POST /ocsp HTTP/1.1\r\n");
const postSlash = Buffer.from("POST /ocsp/ HTTP/1.1\r\n");
const get = Buffer.from("GET /ocsp/");
const getLine = /^GET (\/ocsp\/[A-Za-z0-9+/_=%-]+) HTTP\/1\.1$/;
const endOfHead = Buffer.from("\r\n\r\n");
const maxHead = 4_096;

/** Fields that change nothing in an OCSP answer. Conditional requests are not among them. */
const indifferent = new Set([
  "accept",
  "accept-encoding",
  "accept-language",
  "cache-control",
  "content-type",
  "pragma",
  "user-agent",
]);
const fieldLine = /^([A-Za-z-]+): ?([!-~](?:[ -~]*[!-~])?)$/;

/** The fields after the request line, without the empty line; null if any of them matters here. */
function readFields(text: string): Fields | null {
  const seen = new Set<string>();
  let contentLength: number | null = null,
    close = false;
  for (const line of text.split("\r\n")) {
    const [, written = "", value = ""] = fieldLine.exec(line) ?? [];
    const name = written.toLowerCase();
    if (name === "" || seen.has(name)) return null;
    seen.add(name);
    if (name === "content-length") {
      if (!/^[1-9]\d{0,3}$/.test(value)) return null;
      contentLength = Number(value);
    } else if (name === "connection") {
      if (value.toLowerCase() === "close") close = true;
      else if (value.toLowerCase() !== "keep-alive") return null;
    } else if (name !== "host" && !indifferent.has(name)) return null;
  }
  return seen.has("host") ? { contentLength, close } : null;
}

/** Whether these octets are found at this place. */
const isAt = (bytes: Buffer, start: number, wanted: Buffer): boolean =>
  bytes.length >= start + wanted.length &&
  wanted.compare(bytes, start, start + wanted.length) === 0;

/** Remembers the fields of the request before: the same client program sends the same again. */
export function makeReadOcspShape(): ReadOcspShape {
  let known = Buffer.alloc(0),
    knownFields: Fields | null = null;

  /** The fields from `start`, with the empty line after them; `end` is where that ends. */
  const fieldsAt = (bytes: Buffer, start: number): { fields: Fields; end: number } | null => {
    if (knownFields !== null && isAt(bytes, start, known))
      return { fields: knownFields, end: start + known.length };
    const end = bytes.indexOf(endOfHead, start);
    if (end < 0 || end > maxHead) return null;
    const fields = readFields(bytes.toString("latin1", start, end));
    if (fields === null) return null;
    known = Buffer.from(bytes.subarray(start, end + endOfHead.length));
    knownFields = fields;
    return { fields, end: end + endOfHead.length };
  };

  const readPost = (bytes: Buffer, start: number): OcspShape | null => {
    const found = fieldsAt(bytes, start);
    if (found === null || found.fields.contentLength !== bytes.length - found.end) return null;
    return { der: bytes.subarray(found.end), path: null, close: found.fields.close };
  };
  const readGet = (bytes: Buffer): OcspShape | null => {
    const lineEnd = bytes.indexOf(13);
    if (lineEnd < 0 || lineEnd > maxHead || bytes[lineEnd + 1] !== 10) return null;
    const [, path] = getLine.exec(bytes.toString("latin1", 0, lineEnd)) ?? [];
    const found = path === undefined ? null : fieldsAt(bytes, lineEnd + 2);
    if (path === undefined || found === null) return null;
    if (found.fields.contentLength !== null || found.end !== bytes.length) return null;
    return { der: null, path, close: found.fields.close };
  };
  return (bytes) => {
    if (isAt(bytes, 0, post)) return readPost(bytes, post.length);
    if (isAt(bytes, 0, get)) return readGet(bytes);
    return isAt(bytes, 0, postSlash) ? readPost(bytes, postSlash.length) : null;
  };
}

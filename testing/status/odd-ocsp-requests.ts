/** A number from 0 to `below` - 1. */
type Chance = (below: number) => number;

const starts = [
  "POST /ocsp HTTP/1.1",
  "POST /ocsp HTTP/1.1",
  "POST /ocsp HTTP/1.1",
  "POST /ocsp/ HTTP/1.1",
  "POST /ocsp HTTP/1.0",
  "POST /ocsp HTTP/2.0",
  "POST /ocsp?x=1 HTTP/1.1",
  "POST /ocspx HTTP/1.1",
  "POST  /ocsp HTTP/1.1",
  "post /ocsp HTTP/1.1",
  "PUT /ocsp HTTP/1.1",
  "POST http://ca.example/ocsp HTTP/1.1",
  "POST /other HTTP/1.1",
  "GET /ocsp/ HTTP/1.1",
];
const lines = [
  "Host: ca.example",
  "Host: other.example",
  "Host:",
  "host:ca.example",
  "Host : ca.example",
  " Host: ca.example",
  "Accept: */*",
  "Accept:",
  "User-Agent: Java/17.0.1",
  "User-Agent: a\tclient ",
  "User-Agent: \u00e9",
  "User-Agent: \u0001",
  "Cache-Control: no-cache",
  "Pragma: no-cache",
  "Connection: keep-alive",
  "Connection: close",
  "Connection: CLOSE",
  "Connection: close, keep-alive",
  "Connection: upgrade",
  "Connection: x",
  "Upgrade: h2c",
  "Expect: 100-continue",
  "Expect: x",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: identity",
  "Content-Length: 5",
  "Content-Length: +5",
  "Content-Length: 0",
  "Content-Length: 0x10",
  "Content-Length: 9999999",
  "Content-Length: ",
  "Content-Type: text/plain",
  "Content-Type: application/ocsp-request",
  "Content-Encoding: gzip",
  "If-None-Match: *",
  "If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT",
  "Range: bytes=0-1",
  "X-Forwarded-For: 192.0.2.1",
  "Content-Length",
  ": x",
  "x",
  "",
];

/** Deterministic numbers (a linear congruential generator), so that a failure can be repeated. */
function makeChance(seed: number): Chance {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/**
 * Requests to OCSP over HTTP that differ a little, or much, from what clients send, the same for the
 * same seed. Each call returns the octets of one connection, in the pieces in which to send them.
 */
export function makeOddOcspRequests(seed: number, ders: readonly Buffer[]): () => Buffer[] {
  const chance = makeChance(seed);
  const oneOf = <T>(values: readonly T[]): T => values[chance(values.length)]!;

  const request = (): Buffer => {
    const der = oneOf(ders);
    const isGet = chance(4) === 0;
    const path = oneOf([
      encodeURIComponent(der.toString("base64")),
      der.toString("base64url"),
      "%zz",
      "a",
    ]);
    const start = isGet
      ? `GET /ocsp/${path} HTTP/1.1`
      : chance(3) === 0
        ? oneOf(starts)
        : starts[0]!;
    const fields = ["Host: ca.example", "Content-Type: application/ocsp-request"];
    if (!isGet) fields.push(`Content-Length: ${der.length}`);
    for (let left = chance(3); left > 0; left -= 1)
      fields.splice(chance(fields.length + 1), chance(4) === 0 ? 1 : 0, oneOf(lines));
    const lineEnd = chance(20) === 0 ? "\n" : "\r\n";
    const head = [start, ...fields, "", ""].join(lineEnd);
    return Buffer.concat([Buffer.from(head, "latin1"), isGet ? Buffer.alloc(0) : der]);
  };
  const damaged = (bytes: Buffer): Buffer => {
    const at = chance(bytes.length);
    switch (chance(8)) {
      case 0: {
        const copy = Buffer.from(bytes);
        copy[at] = chance(256);
        return copy;
      }
      case 1:
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
      case 2:
        return Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from([chance(256)]),
          bytes.subarray(at),
        ]);
      case 3:
        return bytes.subarray(0, at);
      default:
        return bytes;
    }
  };
  const cut = (bytes: Buffer): Buffer[] => {
    if (chance(4) !== 0 || bytes.length < 2) return [bytes];
    const at = 1 + chance(bytes.length - 1);
    return [bytes.subarray(0, at), bytes.subarray(at)];
  };
  const pieces = (): Buffer[] => {
    const all = Array.from({ length: 1 + chance(3) }, () => damaged(request()));
    return chance(4) === 0 ? cut(Buffer.concat(all)) : all.flatMap(cut);
  };
  return () => pieces().filter(({ length }) => length > 0);
}

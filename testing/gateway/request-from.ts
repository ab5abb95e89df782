import { type IncomingHttpHeaders, request } from "node:http";

export type PlainResponse = Readonly<{
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}>;

/** One request over plain HTTP to a port of this machine; the body as bytes, not decompressed. */
export function requestFrom(
  port: number,
  {
    path,
    headers,
    method,
  }: Readonly<{ path: string; headers: Readonly<Record<string, string>>; method: string }>,
): Promise<PlainResponse> {
  return new Promise((resolve, reject) => {
    request(
      { port, host: "127.0.0.1", method, path, headers: { host: "localhost", ...headers } },
      (incoming) => {
        const pieces: Buffer[] = [];
        incoming
          .on("data", (piece: Buffer) => pieces.push(piece))
          .on("end", () => {
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              body: Buffer.concat(pieces),
            });
          });
      },
    )
      .on("error", reject)
      .end();
  });
}

import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";

export type PageAnswer = Readonly<{
  status: number;
  headers: IncomingHttpHeaders;
  /** From the request to the last byte: the server streams. */
  tookMs: number;
  /** As it was sent. */
  sent: Buffer;
}>;

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const decoders: Readonly<Record<string, (sent: Buffer) => Buffer>> = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  zstd: zstdDecompressSync,
};

/** How long the answer is once it is decompressed. */
export const plainLength = ({ headers, sent }: PageAnswer): number =>
  (decoders[headers["content-encoding"] ?? ""]?.(sent) ?? sent).length;

/** Asks for a page as a browser does, over one connection. */
export function askPage(
  url: string,
  { cookie = "", form }: Readonly<{ cookie?: string; form?: URLSearchParams }> = {},
): Promise<PageAnswer> {
  const body = form?.toString();
  return new Promise((done, failed) => {
    const began = performance.now();
    const sending = request(
      url,
      {
        agent,
        method: body === undefined ? "GET" : "POST",
        headers: {
          cookie,
          accept: "text/html",
          "accept-encoding": "br, gzip",
          ...(body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
        },
      },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.once("error", failed);
        answer.once("end", () => {
          done({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            tookMs: performance.now() - began,
            sent: Buffer.concat(parts),
          });
        });
      },
    );
    sending.once("error", failed);
    sending.end(body);
  });
}

/** Signs in with a password; the cookies of the session. */
export async function signInCookie(url: string, email: string, password: string): Promise<string> {
  const jar = new Map<string, string>();
  const keep = ({ headers }: PageAnswer): string => {
    for (const line of headers["set-cookie"] ?? []) {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  };
  const csrf = await askPage(`${url}/api/auth/csrf`);
  const { csrfToken } = JSON.parse(
    (decoders[csrf.headers["content-encoding"] ?? ""]?.(csrf.sent) ?? csrf.sent).toString(),
  ) as { csrfToken: string };
  const cookie = keep(csrf);
  const form = new URLSearchParams({ csrfToken, email, password, json: "true" });
  const signedIn = await askPage(`${url}/api/auth/callback/credentials`, { cookie, form });
  if (signedIn.status >= 400)
    throw new Error(`Sign-in: ${signedIn.status} ${String(signedIn.sent)}`);
  return keep(signedIn);
}

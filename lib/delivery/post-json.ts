import { request, type IncomingMessage } from "node:http";
import { openSocket, openTls, type Outbound } from "./open-socket";
import { oneLine, turnedDown, unreachable, wordsOf } from "./unreachable";

const MOST_BYTES = 65_536,
  EXCERPT = 200;

/**
 * Posts JSON over a connection of its own and returns the answer's status line. Only 2xx counts; a redirect is not followed. Errors:
 * `delivery.refused`, `delivery.unreachable`, `outbound.closed`.
 */
export async function postJson(
  address: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  outbound: Outbound,
): Promise<string> {
  const url = new URL(address),
    secure = url.protocol === "https:",
    port = Number(url.port || (secure ? 443 : 80));
  const socket = await (secure ? openTls : openSocket)(url.hostname, port, outbound);
  try {
    const response = await answerTo(
      request({
        createConnection: () => socket,
        method: "POST",
        path: `${url.pathname}${url.search}`,
        maxHeaderSize: 16_384,
        headers: {
          host: url.host,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          "user-agent": "Chancery",
          accept: "*/*",
          connection: "close",
          ...headers,
        },
      }),
      body,
    );
    const status = response.statusCode ?? 0,
      said = `${status} ${oneLine(response.statusMessage ?? "", 60)}`.trim();
    if (status >= 300 && status < 400)
      throw turnedDown(
        `It answered ${said}: it leads elsewhere, and redirects are not followed. Enter the last address itself`,
      );
    const text = await readSome(response);
    if (status < 200 || status >= 300)
      throw turnedDown(`It answered ${said}${text === "" ? "" : `: ${text}`}`);
    return said;
  } finally {
    socket.destroy();
  }
}

function answerTo(sent: ReturnType<typeof request>, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.on("response", resolve);
    sent.on("error", (error) => {
      reject(unreachable(`The connection ended without an answer (${wordsOf(error)})`, error));
    });
    sent.end(body);
  });
}

/** The beginning of the answer as one line. An answer that goes on for ever, or breaks, has said its status already. */
async function readSome(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      pieces.push(piece);
      length += piece.length;
      if (length > MOST_BYTES) break;
    }
  } catch {
    // What came so far is all there is.
  }
  return oneLine(
    Buffer.concat(pieces)
      .subarray(0, 2 * EXCERPT)
      .toString("utf8"),
    EXCERPT,
  );
}

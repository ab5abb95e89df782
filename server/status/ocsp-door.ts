import type { IncomingMessage, ServerResponse } from "node:http";
import type { AnswerOcsp } from "@/lib/status/answer-ocsp";
import { failures } from "@/lib/status/ocsp-answer";
import type { OcspAnswer, OcspKind } from "@/lib/status/ocsp-answer";
import { isUnchanged, sendPlain } from "@/server/status/resource";

const maxRequest = 65_536;
/** A cache may hold a GET answer this long at most, so that a revocation is not hidden for the hour that the answer itself would allow. */
const maxAgeSeconds = 60;

export type OcspDoor = Readonly<{
  answer: AnswerOcsp;
  count: (kind: OcspKind) => void;
  now: () => number;
}>;

/** OCSP over HTTP: POST with a DER body, GET with base64 in the path (RFC 6960 appendix A). Every OCSP answer is HTTP 200: many clients drop the rest. */
export function serveOcsp(
  door: OcspDoor,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (request.method === "POST") servePost(door, request, response);
  else if (request.method === "GET" || request.method === "HEAD") serveGet(door, request, response);
  else
    sendPlain(
      response,
      405,
      "OCSP is asked with POST, or with GET and the request in the path.\n",
      { allow: "GET, HEAD, POST" },
    );
}

function whenAnswered(door: OcspDoor, der: Uint8Array, then: (answer: OcspAnswer) => void): void {
  const send = (answer: OcspAnswer): void => {
    door.count(answer.kind);
    then(answer);
  };
  const made = door.answer(der);
  if (!(made instanceof Promise)) send(made);
  else made.then(send).catch(() => send(failures.internalError));
}

function servePost(door: OcspDoor, request: IncomingMessage, response: ServerResponse): void {
  let body: Buffer | null = null,
    tooLarge = false;
  request.on("data", (piece: Buffer) => {
    if (tooLarge) return;
    body = body === null ? piece : Buffer.concat([body, piece]);
    if (body.length <= maxRequest) return;
    tooLarge = true;
    body = null;
    door.count("malformedRequest");
    response.shouldKeepAlive = false;
    sendPost(response, failures.malformedRequest);
    // What still comes in is thrown away, but not for ever.
    response.on("finish", () => request.destroy());
  });
  request.on("end", () => {
    if (!tooLarge)
      whenAnswered(door, body ?? Buffer.alloc(0), (answer) => sendPost(response, answer));
  });
}

// Raw header pairs and a latin1 body go out in a single write; this is the hottest path of the house.
function sendPost(response: ServerResponse, answer: OcspAnswer): void {
  response.writeHead(200, [
    "Content-Type",
    "application/ocsp-response",
    "Content-Length",
    String(answer.text.length),
  ]);
  response.end(answer.text, "latin1");
}

function serveGet(door: OcspDoor, request: IncomingMessage, response: ServerResponse): void {
  const der = derOfPath(request.url ?? "");
  if (der === null) {
    door.count("malformedRequest");
    sendGet(door, request, response, failures.malformedRequest);
    return;
  }
  whenAnswered(door, der, (answer) => sendGet(door, request, response, answer));
}

/** The request in `/ocsp/{base64}`: percent-encoded or not, with or without padding, in either base64 alphabet. Null if it is none. */
export function derOfPath(url: string): Uint8Array | null {
  let text: string;
  try {
    text = decodeURIComponent(url.slice("/ocsp".length).replace(/^\/+/, ""));
  } catch {
    return null;
  }
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, "base64") : null;
}

function sendGet(
  door: OcspDoor,
  request: IncomingMessage,
  response: ServerResponse,
  answer: OcspAnswer,
): void {
  const headers = ["Content-Type", "application/ocsp-response"];
  let unchanged = false;
  if (answer.etag === null) headers.push("Cache-Control", "no-store");
  else {
    const left = Math.floor((answer.nextUpdate - door.now()) / 1000),
      thisUpdate = new Date(answer.thisUpdate);
    const maxAge = Math.max(0, Math.min(maxAgeSeconds, left));
    headers.push(
      "Cache-Control",
      `public, max-age=${maxAge}, no-transform, must-revalidate`,
      "ETag",
      answer.etag,
      "Last-Modified",
      thisUpdate.toUTCString(),
      "Expires",
      new Date(door.now() + maxAge * 1000).toUTCString(),
    );
    unchanged = isUnchanged(request, answer.etag, thisUpdate);
  }
  if (unchanged) {
    response.writeHead(304, headers.slice(2)).end();
    return;
  }
  response.writeHead(200, [...headers, "Content-Length", String(answer.text.length)]);
  if (request.method === "HEAD") response.end();
  else response.end(answer.text, "latin1");
}

import type { IncomingMessage, ServerResponse } from "node:http";
import type { AnswerOcsp } from "@/lib/status/answer-ocsp";
import { ocspErrors, type OcspAnswer, type OcspKind } from "@/lib/status/ocsp-answer";
import { isUnchanged, sendPlain } from "@/server/http/resource";

const maxRequestBytes = 65_536;
/**
 * How long a cache may keep the answer to a GET, so that it does not hide a revocation for the hour
 * that the answer itself would allow.
 */
const maxAgeSeconds = 60;

export type OcspService = Readonly<{
  answer: AnswerOcsp;
  count: (kind: OcspKind) => void;
  now: () => number;
}>;

/**
 * OCSP over HTTP: POST with a DER body, GET with base64 in the path (RFC 6960 appendix A). Every
 * OCSP answer is HTTP 200, because many clients discard anything else.
 */
export function serveOcsp(
  service: OcspService,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (request.method === "POST") servePost(service, request, response);
  else if (request.method === "GET" || request.method === "HEAD")
    serveGet(service, request, response);
  else
    sendPlain(response, 405, "OCSP supports POST, and GET with the request in the path.\n", {
      allow: "GET, HEAD, POST",
    });
}

/** Counts the answer and passes it on, at once if it is known. */
export function whenAnswered(
  service: OcspService,
  der: Uint8Array,
  then: (answer: OcspAnswer) => void,
): void {
  const send = (answer: OcspAnswer): void => {
    service.count(answer.kind);
    then(answer);
  };
  const made = service.answer(der);
  if (!(made instanceof Promise)) send(made);
  else made.then(send).catch(() => send(ocspErrors.internalError));
}

function servePost(service: OcspService, request: IncomingMessage, response: ServerResponse): void {
  let body: Buffer | null = null,
    tooLarge = false;
  request.on("data", (piece: Buffer) => {
    if (tooLarge) return;
    body = body === null ? piece : Buffer.concat([body, piece]);
    if (body.length <= maxRequestBytes) return;
    tooLarge = true;
    body = null;
    service.count("malformedRequest");
    response.shouldKeepAlive = false;
    sendPost(response, ocspErrors.malformedRequest);
    // The rest of the body is discarded until the answer is sent.
    response.on("finish", () => request.destroy());
  });
  request.on("end", () => {
    if (!tooLarge)
      whenAnswered(service, body ?? Buffer.alloc(0), (answer) => sendPost(response, answer));
  });
}

// Raw header pairs and a latin1 body are sent in a single write.
function sendPost(response: ServerResponse, answer: OcspAnswer): void {
  response.writeHead(200, postFields(answer));
  response.end(answer.text, "latin1");
}

/** The header fields of an answer to a POST, names and values in turn. */
export const postFields = ({ text }: OcspAnswer): string[] => [
  "Content-Type",
  "application/ocsp-response",
  "Content-Length",
  String(text.length),
];

function serveGet(service: OcspService, request: IncomingMessage, response: ServerResponse): void {
  const der = requestInPath(request.url ?? "");
  if (der === null) {
    service.count("malformedRequest");
    sendGet(service, request, response, ocspErrors.malformedRequest);
    return;
  }
  whenAnswered(service, der, (answer) => sendGet(service, request, response, answer));
}

/**
 * The request in `/ocsp/{base64}`: percent-encoded or not, padded or not, in either base64
 * alphabet. Null if it is not base64.
 */
export function requestInPath(url: string): Uint8Array | null {
  let text: string;
  try {
    text = decodeURIComponent(url.slice("/ocsp".length).replace(/^\/+/, ""));
  } catch {
    return null;
  }
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, "base64") : null;
}

function sendGet(
  service: OcspService,
  request: IncomingMessage,
  response: ServerResponse,
  answer: OcspAnswer,
): void {
  const fields = cacheFields(answer, service.now());
  if (answer.etag !== null && isUnchanged(request, answer.etag, new Date(answer.thisUpdate))) {
    response.writeHead(304, fields).end();
    return;
  }
  response.writeHead(200, getFields(answer, fields));
  if (request.method === "HEAD") response.end();
  else response.end(answer.text, "latin1");
}

/** The header fields of an answer to a GET, whose `fields` for caches are these. */
export const getFields = (answer: OcspAnswer, fields: readonly string[]): string[] => [
  "Content-Type",
  "application/ocsp-response",
  ...fields,
  "Content-Length",
  String(answer.text.length),
];

/** What caches are told about the answer to a GET. */
export function cacheFields({ etag, nextUpdate, thisUpdate }: OcspAnswer, now: number): string[] {
  if (etag === null) return ["Cache-Control", "no-store"];
  const maxAge = Math.max(0, Math.min(maxAgeSeconds, Math.floor((nextUpdate - now) / 1000)));
  return [
    "Cache-Control",
    `public, max-age=${maxAge}, no-transform, must-revalidate`,
    "ETag",
    etag,
    "Last-Modified",
    new Date(thisUpdate).toUTCString(),
    "Expires",
    new Date(now + maxAge * 1000).toUTCString(),
  ];
}

import { generateKeyPairSync, sign } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";

// A bare node:http server in a process of its own, as a peer of OCSP: it reads no more of a request than it
// takes to find the serial number, and answers with what the parent process gave it. With a nonce in the
// request it signs, with a key of the same type. It checks nothing, and records nothing.
type Given = Readonly<{ request: string; answer: string }>;

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const answers = new Map<string, Buffer>();

/** Where the content of the element at `at` begins. */
function contentOf(der: Buffer, at: number): number {
  const length = der[at + 1] ?? 0;
  return at + 2 + (length < 0x80 ? 0 : length & 0x7f);
}
/** Where the element at `at` ends. */
function endOf(der: Buffer, at: number): number {
  const content = contentOf(der, at),
    octets = content - at - 2;
  return content + (octets === 0 ? (der[at + 1] ?? 0) : der.readUIntBE(at + 2, octets));
}

/** OCSPRequest, tbsRequest, requestList, Request, CertID: its fourth element is the serial number. */
function serialOf(der: Buffer): { serial: string; end: number } {
  let at = 0;
  for (let depth = 0; depth < 5; depth += 1) at = contentOf(der, at);
  for (let field = 0; field < 3; field += 1) at = endOf(der, at);
  const end = endOf(der, at);
  return { serial: der.toString("latin1", contentOf(der, at), end), end };
}

function send(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, [
    "Content-Type",
    "application/ocsp-response",
    "Content-Length",
    String(body.length),
  ]);
  response.end(body);
}

function answerTo(der: Buffer): Buffer {
  const { serial, end } = serialOf(der);
  const known = answers.get(serial) ?? Buffer.alloc(5);
  if (end === der.length) return known;
  // The nonce follows. What is signed is as long as ResponseData, and the rest goes along as it is.
  const signature = sign("sha256", Buffer.concat([known.subarray(0, 180), der.subarray(end)]), {
    key: privateKey,
  });
  return Buffer.concat([known.subarray(0, known.length - signature.length), signature]);
}

const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on("data", (piece: Buffer) => pieces.push(piece));
  request.on("end", () => {
    const der = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    send(response, der.length === 0 ? Buffer.alloc(0) : answerTo(der));
  });
});
server.keepAliveTimeout = 75_000;

process.on("message", ({ request, answer }: Given) => {
  answers.set(serialOf(Buffer.from(request, "base64")).serial, Buffer.from(answer, "base64"));
  server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
    const address = server.address();
    process.send?.(typeof address === "object" && address !== null ? address.port : 0);
  });
});
process.on("disconnect", () => process.exit());

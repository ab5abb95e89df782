import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type WebhookRequest = Readonly<{ signature: string; delivery: string; body: string }>;
/** A webhook receiver on this machine. `status` is the status of its responses from now on. */
export type Receiver = {
  readonly url: string;
  readonly port: number;
  readonly received: WebhookRequest[];
  status: number;
  readonly close: () => Promise<void>;
};

export async function startReceiver(): Promise<Receiver> {
  const got: WebhookRequest[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request
      .setEncoding("utf8")
      .on("data", (chunk: string) => {
        body += chunk;
      })
      .on("end", () => {
        got.push({
          signature: String(request.headers["x-chancery-signature"]),
          delivery: String(request.headers["x-chancery-delivery"]),
          body,
        });
        response
          .writeHead(receiver.status)
          .end(receiver.status === 200 ? "ok" : "closed for the night");
      });
  });
  // Both families: whichever address the name has first.
  await new Promise<void>((resolve) => {
    server.listen(0, "localhost", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://localhost:${port}/alerts`,
    port,
    received: got,
    status: 200,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
  return receiver;
}

/** Verifies the signature as docs/delivery.md describes it. */
export function hasValidSignature(key: string, { signature, body }: WebhookRequest): boolean {
  const [, timestamp = "", signatureHex = ""] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
  return signatureHex === createHmac("sha256", key).update(`${timestamp}.${body}`).digest("hex");
}

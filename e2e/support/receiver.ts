import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type Posted = Readonly<{ signature: string; delivery: string; body: string }>;
/** A webhook's receiver on this machine. `status` is what it answers from now on. */
export type Receiver = {
  readonly url: string;
  readonly port: number;
  readonly got: Posted[];
  status: number;
  readonly close: () => Promise<void>;
};

export async function openReceiver(): Promise<Receiver> {
  const got: Posted[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request
      .setEncoding("utf8")
      .on("data", (piece: string) => {
        body += piece;
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
    got,
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

/** As docs/delivery.md tells a receiver to do it. */
export function isSignedWith(key: string, { signature, body }: Posted): boolean {
  const [, at = "", given = ""] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
  return given === createHmac("sha256", key).update(`${at}.${body}`).digest("hex");
}

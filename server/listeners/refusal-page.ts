import type { IncomingMessage, ServerResponse } from "node:http";
import { hostName } from "@/server/listeners/addresses";
import { sendDoorPage } from "@/server/listeners/door-page";

export type RefusalPage = Readonly<{
  status: 401 | 403;
  code: string;
  title: string;
  detail: string;
  requestId: string;
  httpsPort: number;
}>;

/** For a person whose browser has sent a certificate that does not count: what is wrong, what helps, and the way in without one. */
export function sendRefusalPage(
  request: IncomingMessage,
  response: ServerResponse,
  { status, code, title, detail, requestId, httpsPort }: RefusalPage,
): void {
  const host = hostName(request.headers.host);
  sendDoorPage(request, response, {
    status,
    tone: "denied",
    title,
    facts: [
      ["Reason", code],
      ["Request", requestId],
    ],
    texts: [
      detail,
      "Your browser remembers which certificate it has sent. To choose another one, close all of its windows, or open a private one.",
    ],
    link:
      host === null
        ? null
        : {
            href: `https://${host.includes(":") ? `[${host}]` : host}:${httpsPort}/sign-in`,
            text: "Sign in without a certificate",
          },
    // A browser chooses its certificate once for a connection; the next one may choose another.
    headers: {
      connection: "close",
      ...(status === 401 ? { "www-authenticate": 'Bearer realm="Chancery"' } : {}),
    },
  });
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { hostName } from "@/server/http/host-name";
import { sendGatewayPage } from "./gateway-page";

export type RefusalPage = Readonly<{
  status: 401 | 403;
  code: string;
  title: string;
  detail: string;
  requestId: string;
  httpsPort: number;
  /** Whether a proxy passed the request on: then the browser chose no certificate for Chancery. */
  isThroughProxy: boolean;
}>;

const browserRemembers =
  "Your browser remembers which certificate it sent. To choose another one, close all of its windows or open a private window.";

/**
 * For a user whose browser sent a certificate that was refused: what is wrong, how to fix it, and a
 * link to sign in without one.
 */
export function sendRefusalPage(
  request: IncomingMessage,
  response: ServerResponse,
  { status, code, title, detail, requestId, httpsPort, isThroughProxy }: RefusalPage,
): void {
  const host = hostName(request.headers.host);
  sendGatewayPage(request, response, {
    status,
    tone: "denied",
    title,
    facts: [
      ["Reason", code],
      ["Request", requestId],
    ],
    texts: [detail, ...(isThroughProxy ? [] : [browserRemembers])],
    link:
      host === null || isThroughProxy
        ? null
        : {
            href: `https://${host.includes(":") ? `[${host}]` : host}:${httpsPort}/sign-in`,
            text: "Sign in without a certificate",
          },
    // A browser chooses its certificate once per connection; on the next one it may choose another.
    headers: {
      connection: "close",
      ...(status === 401 ? { "www-authenticate": 'Bearer realm="Chancery"' } : {}),
    },
  });
}

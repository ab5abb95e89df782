import type { BrowserContext } from "@playwright/test";

/** Everything that the pages of a context sent: URLs, headers and bodies, one after the other. */
export type Wire = Readonly<{ sent: Buffer[] }>;

/** Records every request of a context, with its headers and its body, and every WebSocket frame. */
export function recordWire(context: BrowserContext): Wire {
  const sent: Buffer[] = [];
  context.on("request", (request) => {
    sent.push(Buffer.from(`${request.method()} ${request.url()}`));
    sent.push(Buffer.from(JSON.stringify(request.headers())));
    const body = request.postDataBuffer();
    if (body !== null) sent.push(body);
  });
  context.on("page", (page) => {
    page.on("websocket", (socket) => {
      socket.on("framesent", ({ payload }) => sent.push(Buffer.from(payload)));
    });
  });
  return { sent };
}

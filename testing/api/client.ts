import type { Deps } from "@/lib/runtime/deps";
import { makeApi } from "@/server/api/app";
import type { RequestContext } from "@/server/http/request-context";

export type CallOptions = Readonly<{
  token?: string;
  body?: unknown;
  raw?: BodyInit;
  headers?: Readonly<Record<string, string>>;
  context?: Partial<RequestContext>;
}>;
export type Answer = Readonly<{
  status: number;
  headers: Headers;
  text: string;
  body: Record<string, unknown>;
}>;
export type Call = (method: string, path: string, options?: CallOptions) => Promise<Answer>;

/** Calls the API in this process, as the gateway would after its own checks. */
export function makeCall(deps: Deps): Call {
  const api = makeApi({
    ...deps,
    authDb: deps.db,
    authRecorder: deps.recorder,
    authTimeoutMs: 2_500,
  });
  let count = 0;
  return async (method, path, { token, body, raw, headers = {}, context = {} } = {}) => {
    const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const request = new Request(
      `http://localhost${path.startsWith("/docs") ? "" : "/api/v1"}${path}`,
      {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(content === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(content === undefined ? {} : { body: content, duplex: "half" }),
      } as RequestInit,
    );
    const response = await api.fetch(request, {
      ip: "192.0.2.7",
      port: 50123,
      listener: "https",
      via: ["https"],
      decision: null,
      proxy: null,
      forwardedRequest: null,
      requestId: `req_${++count}`,
      ...context,
    });
    const text = await textOf(response);
    const isJson =
      (response.headers.get("content-type") ?? "").split(";")[0]?.endsWith("json") === true;
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
    };
  };
}

/** The whole text; of a stream that never ends, its first piece. */
async function textOf(response: Response): Promise<string> {
  if (!response.body || !response.headers.get("content-type")?.startsWith("text/event-stream"))
    return response.text();
  const reader = response.body.getReader(),
    { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value as Uint8Array | undefined);
}

/** The members of a problem that do not differ from one request to the next. */
export function problemOf({ status, body }: Answer): Record<string, unknown> {
  const { requestId: _requestId, ...rest } = body;
  return { status, ...rest };
}

import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";

/** A response of the REST API with its JSON body. */
export type ApiResponse<T = Record<string, unknown>> = Readonly<{
  status: number;
  body: T;
  headers: Headers;
}>;

/** A certificate in the API, as far as these tests use it. */
export type Certificate = Readonly<{
  id: string;
  serial: string;
  pem: string;
  chainPem: string;
  status: string;
  identity: Readonly<{ id: string }>;
  authority: Readonly<{ id: string }>;
  successorId: string | null;
  predecessorId: string | null;
}>;
export type Page<T> = Readonly<{ items: readonly T[]; nextCursor: string | null }>;
export type Entry = Readonly<{
  seq: number;
  action: string;
  outcome: string;
  details: Record<string, unknown>;
}>;

/**
 * A client of the API with one token. Throws only if there is no response, never for its status.
 */
export type Api = Readonly<{
  get: <T>(path: string) => Promise<ApiResponse<T>>;
  post: <T>(
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ) => Promise<ApiResponse<T>>;
}>;

/** A busy machine: nothing was done, and the answer asks to be tried again. */
const isUnavailable = ({ status, body }: ApiResponse): boolean =>
  status === 503 && body["code"] === "database.unavailable";

export function apiAt(url: string, token: string | null): Api {
  const attempt = async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiResponse<T>> => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === "" ? {} : JSON.parse(text)) as T,
    };
  };
  const call: typeof attempt = async (...asked) => {
    for (let tries = 1; ; tries += 1) {
      const response = await attempt<never>(...asked);
      if (tries === 5 || !isUnavailable(response)) return response;
      await wait(1000);
    }
  };
  return {
    get: (path) => call("GET", path),
    post: (path, body, headers) => call("POST", path, body, headers),
  };
}

/**
 * Creates an identity and returns its id. The name gets a unique suffix, since a run that continues
 * after a failure creates it again.
 */
export async function createIdentity(api: Api, name: string, kind = "service"): Promise<string> {
  const { status, body } = await api.post<{ id: string }>("/identities", {
    kind,
    name: `${name} ${randomUUID().slice(0, 8)}`,
    owner: "platform-team@example.com",
  });
  if (status !== 201) throw new Error(`The identity was not created: ${JSON.stringify(body)}`);
  return body.id;
}

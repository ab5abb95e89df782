import { randomUUID } from "node:crypto";

/** An answer of the REST API, read as JSON. */
export type Answer<T = Record<string, unknown>> = Readonly<{
  status: number;
  body: T;
  headers: Headers;
}>;

/** What a certificate looks like from outside, as far as these tests look. */
export type Certificate = Readonly<{
  id: string;
  serial: string;
  pem: string;
  chainPem: string;
  status: string;
  identity: Readonly<{ id: string }>;
  successorId: string | null;
  predecessorId: string | null;
}>;
/** A refusal in the form of RFC 9457. */
export type Problem = Readonly<{
  status: number;
  code: string;
  detail: string;
  errors?: readonly Readonly<{ code: string; path?: string; message: string }>[];
}>;
export type Page<T> = Readonly<{ items: readonly T[]; nextCursor: string | null }>;
export type Entry = Readonly<{
  seq: number;
  action: string;
  outcome: string;
  details: Record<string, unknown>;
}>;

/** Calls the API of one Chancery with one token; never throws for a status, only where no answer came. */
export interface Api {
  readonly get: <T>(path: string) => Promise<Answer<T>>;
  readonly post: <T>(
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer<T>>;
}

export function apiAt(url: string, token: string | null): Api {
  const call = async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> => {
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
  return {
    get: (path) => call("GET", path),
    post: (path, body, headers) => call("POST", path, body, headers),
  };
}

/** Makes a service identity and answers with its id. A run that goes on after a failure makes it again, so the name is made unique. */
export async function makeIdentity(api: Api, name: string, kind = "service"): Promise<string> {
  const { status, body } = await api.post<{ id: string }>("/identities", {
    kind,
    name: `${name} ${randomUUID().slice(0, 8)}`,
    owner: "platform-team@example.com",
  });
  if (status !== 201) throw new Error(`No identity was made: ${JSON.stringify(body)}`);
  return body.id;
}

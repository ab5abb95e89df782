import { createFirstAccount } from "@/lib/accounts/create-first-account";
import { password } from "@/testing/accounts/person";
import { system } from "@/testing/actors";
import type { Harness } from "@/testing/harness";

/** What the modules that a test replaces for next/headers return: the request that is running. */
export type PageRequest = { headers: Map<string, string>; readonly cookies: Map<string, string> };
export type AuthResponse = { status: number; cookies: string[]; body: unknown; location: string };
export type TestRole = "admin" | "operator" | "auditor";
/** next-auth with the console's options; the import table keeps the package out of this folder. */
type NextAuthHandler = (req: unknown, res: unknown) => Promise<unknown>;

/** A browser for next-auth and the console, which keeps its headers and cookies in `request`. */
export function createAuthBrowser(request: PageRequest, nextAuth: NextAuthHandler) {
  let made = 0;
  const send = (
    method: string,
    path: readonly string[],
    body: Readonly<Record<string, string>> = {},
  ) => ask(request, nextAuth, method, path, body);
  const signIn = async (email: string, typed: string): Promise<AuthResponse> => {
    const { body } = await send("GET", ["csrf"]);
    return send("POST", ["callback", "credentials"], {
      email,
      password: typed,
      csrfToken: (body as { csrfToken: string }).csrfToken,
      json: "true",
    });
  };
  const makeAccount = (deps: Harness["deps"], role: TestRole) =>
    createFirstAccount(deps, system, {
      email: `${role}-${++made}@example.com`,
      name: "Robin Example",
      role,
      password,
    });
  return {
    /** Starts a request as the gateway hands it to the console. */
    arrive: (listener: "http" | "https", host: string, path: string): void =>
      arrive(request, listener, host, path),
    /** Sends a request to next-auth with the cookies that are kept, and keeps those it sets. */
    ask: send,
    signIn,
    makeAccount,
    /** Creates an account with the role and signs in to it. */
    signInAs: async (deps: Harness["deps"], role: TestRole) => {
      const account = await makeAccount(deps, role);
      await signIn(account.result.email, password);
      return account;
    },
  };
}

function arrive(
  request: PageRequest,
  listener: "http" | "https",
  host: string,
  path: string,
): void {
  request.headers = new Map(
    Object.entries({
      host,
      "x-forwarded-host": host,
      "x-forwarded-proto": listener,
      "x-chancery-listener": listener,
      "x-chancery-client-ip": "203.0.113.9",
      "x-chancery-client-port": "4711",
      "x-chancery-request-id": "req_page",
      "x-chancery-path": path,
      "user-agent": "Firefox",
    }),
  );
}

async function ask(
  request: PageRequest,
  nextAuth: NextAuthHandler,
  method: string,
  path: readonly string[],
  body: Readonly<Record<string, string>>,
): Promise<AuthResponse> {
  const sent: AuthResponse = { status: 200, cookies: [], body: null, location: "" };
  const headers = new Map<string, string | string[]>();
  const res = {
    status: (code: number) => {
      sent.status = code;
      return res;
    },
    setHeader: (name: string, value: string | string[]) => {
      headers.set(name.toLowerCase(), value);
      return res;
    },
    getHeader: (name: string) => headers.get(name.toLowerCase()),
    end: () => res,
    json: (value: unknown) => {
      sent.body = value;
      return res;
    },
    send: (value: unknown) => {
      sent.body = value;
      return res;
    },
  };
  const req = {
    query: { nextauth: path },
    cookies: Object.fromEntries(request.cookies),
    headers: Object.fromEntries(request.headers),
    method,
    body,
  };
  await nextAuth(req, res);
  sent.cookies = [headers.get("set-cookie") ?? []].flat();
  sent.location = String(
    headers.get("location") ?? (sent.body as { url?: string } | null)?.url ?? "",
  );
  for (const cookie of sent.cookies) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (value === "") request.cookies.delete(name);
    else request.cookies.set(name, decodeURIComponent(value));
  }
  return sent;
}

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { validateHttp } from "./http-01";
import type { Attempt } from "./types";

let server: Server | null = null;
afterEach(() => server?.close());

type Asked = { host: string | undefined; url: string | undefined };

/** A web server at this address, and what it is asked. */
async function serve(address: string): Promise<Readonly<{ port: number; asked: Asked[] }>> {
  const asked: Asked[] = [];
  server = createServer(({ headers: { host }, url }, response) => {
    asked.push({ host, url });
    response.end("token.thumbprint");
  });
  await new Promise<void>((done) => server?.listen(0, address, done));
  return { port: (server.address() as AddressInfo).port, asked };
}

const attempt = (value: string, httpPort: number): Attempt => ({
  identifier: { type: "ip", value },
  token: "token",
  keyAuthorization: "token.thumbprint",
  settings: { resolvers: [], httpPort, tlsPort: 443 },
  allow: ["127.0.0.0/8", "::1/128"],
  signal: AbortSignal.timeout(10_000),
});

test("an IPv6 address is asked in brackets, over IPv6", async () => {
  const { port, asked } = await serve("::1");
  expect(await validateHttp(attempt("::1", port))).toEqual({ from: "::1" });
  expect(asked).toEqual([{ host: `[::1]:${port}`, url: "/.well-known/acme-challenge/token" }]);
});
test("an IPv4 address is asked as it is", async () => {
  const { port, asked } = await serve("127.0.0.1");
  expect(await validateHttp(attempt("127.0.0.1", port))).toEqual({ from: "127.0.0.1" });
  expect(asked[0]?.host).toBe(`127.0.0.1:${port}`);
});
test("an address of IPv6 that isn't allowed is not connected to", async () => {
  const { port, asked } = await serve("::1");
  const closed = { ...attempt("::1", port), allow: [] };
  await expect(validateHttp(closed)).rejects.toThrow(/::1/);
  expect(asked).toEqual([]);
});

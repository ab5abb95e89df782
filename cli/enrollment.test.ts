import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { text } from "node:stream/consumers";
import { enrollment, runEnrollment } from "./enrollment";

let server: Server | null = null;
afterEach(() => server?.close());

type Asked = Readonly<{ path: string; authorization: string; body: unknown }>;

/** An API that answers so; what it was asked. */
async function api(status: number, answer: object) {
  const asked: Asked[] = [];
  server = createServer((request, response) => {
    void text(request).then((body) => {
      const { authorization = "" } = request.headers;
      asked.push({ path: request.url ?? "", authorization, body: JSON.parse(body) });
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((done) => server?.listen(0, "127.0.0.1", done));
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function run(...args: string[]): Promise<{ code: number | string; out: string }> {
  let out = "";
  const code = await runEnrollment(args, { CHANCERY_TOKEN: "chy_token" }, (line) => {
    out += line;
  }).catch((error: Error) => `${error.constructor.name}: ${error.message}`);
  return { code, out };
}

test("enrollment secret prints what EST, the API and ACME clients are configured with, as assignments for a shell", async () => {
  const { asked, url } = await api(201, {
    id: "ens_1",
    secret: "chy_-s",
    estUrl: "https://ca.example.com:3443/.well-known/est/tls-server",
    hmacKey: "-aG_",
    directory: "https://ca.example.com:3443/acme/tls-server/directory",
  });
  const flags = ["--identity", "idn_1", "--profile", "tls-server", "--network", "10.0.0.0/8"];
  expect(await run("secret", ...flags, "--uses", "3", "--url", url)).toEqual({
    code: 0,
    out: [
      "ID=ens_1",
      "SECRET=chy_-s",
      "EST=https://ca.example.com:3443/.well-known/est/tls-server",
      "KID=ens_1",
      "HMAC=-aG_",
      "DIRECTORY=https://ca.example.com:3443/acme/tls-server/directory\n",
    ].join("\n"),
  });
  expect(asked).toEqual([
    {
      path: "/api/v1/identities/idn_1/enrollment-secrets",
      authorization: "Bearer chy_token",
      body: {
        profile: "tls-server",
        uses: "3",
        expiresInMinutes: null,
        networks: ["10.0.0.0/8"],
      },
    },
  ]);
});
test("a secret whose profile ACME can't order prints nothing for ACME", async () => {
  const { url } = await api(201, {
    id: "ens_1",
    secret: "chy_s",
    estUrl: "https://ca.example.com/.well-known/est/signing",
    hmacKey: null,
    directory: null,
  });
  const { out } = await run("secret", "--identity", "i", "--profile", "signing", "--url", url);
  expect(out).toBe("ID=ens_1\nSECRET=chy_s\nEST=https://ca.example.com/.well-known/est/signing\n");
});
test("enrollment acme-key prints the key ID, the HMAC key and the directory", async () => {
  const { asked, url } = await api(201, {
    id: "eab_1",
    kid: "eab_1",
    hmacKey: "aG",
    directory: "https://ca.example.com/acme/directory",
  });
  const { out } = await run("acme-key", "--identity", "i", "--name", "a.example.com", "--url", url);
  expect(out).toBe("KID=eab_1\nHMAC=aG\nDIRECTORY=https://ca.example.com/acme/directory\n");
  expect(asked[0]?.body).toEqual({ profiles: [], names: ["a.example.com"], expiresInDays: null });
});
test.each([
  [[], /Choose a subcommand/],
  [["secret", "--identity", "i"], /--profile is missing/],
  [["secret", "--profile", "p"], /--identity is missing/],
  [["acme-key", "--uses", "3"], /Unknown option '--uses'/],
])("%j is refused with how it is called", async (args, message) => {
  const { code, out } = await run(...args);
  expect(code).toMatch(message);
  expect(code).toMatch(/^UsageError/);
  expect(out).toBe("");
});
test("what the server refuses is printed with each reason, and nothing to standard output", async () => {
  const { url } = await api(422, {
    detail: "The profile x can't be used. There is no such profile.",
    errors: [{ message: "Another reason." }],
  });
  expect(await run("secret", "--identity", "i", "--profile", "x", "--url", url)).toEqual({
    code: "CommandError: The profile x can't be used. There is no such profile.\n- Another reason.",
    out: "",
  });
});
test("without a token, and where nothing answers, it says what to do", async () => {
  const args = ["acme-key", "--identity", "i", "--url", "http://127.0.0.1:1"];
  expect((await run(...args)).code).toMatch(/Nothing answers at http:\/\/127\.0\.0\.1:1/);
  await expect(runEnrollment(args, {}, () => {})).rejects.toThrow(/set CHANCERY_TOKEN/);
});
test("its usage names both subcommands", () => {
  expect(enrollment.usage).toMatch(/enrollment secret[^]*enrollment acme-key/);
});

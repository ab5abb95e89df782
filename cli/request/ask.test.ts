import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { askForCertificate } from "./ask";

type Step = Readonly<{ status: number; body: object }> | "cut" | "end";
let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const issued = { status: 201, body: { serial: "0a", notAfter: "", pem: "", chainPem: "" } };
const problem = (status: number, code: string): Step => ({ status, body: { code, detail: code } });

/** What becomes of a request whose attempts meet these answers, one after another. */
async function outcomeOf(...steps: readonly Step[]): Promise<string> {
  const left = [...steps];
  const keys = new Set<unknown>();
  server = createServer((request, response) => {
    keys.add(request.headers["idempotency-key"]);
    const step = left.shift() ?? "end";
    if (step === "cut") return void request.socket.destroy();
    if (step === "end") {
      server.close();
      return void request.socket.destroy();
    }
    response.writeHead(step.status, { "content-type": "application/json" });
    response.end(JSON.stringify(step.body));
  });
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  const asked = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: undefined,
    token: "t",
    profile: "p",
    identity: "i",
    csr: "c",
    validitySeconds: undefined,
    idempotencyKey: "k",
  };
  const outcome = await askForCertificate(asked, 1).then(
    ({ serial }) => serial,
    (error: unknown) => (error as { code?: string }).code ?? "",
  );
  expect([...keys]).toEqual(["k"]);
  return outcome;
}

test.each([
  ["a connection that breaks, then the certificate", ["cut", issued], "0a"],
  ["503, then the certificate", [problem(503, "record.unavailable"), issued], "0a"],
  ["502 of a proxy, then the certificate", [problem(502, ""), issued], "0a"],
  ["409 while it is processed", [problem(409, "idempotency.running"), issued], "0a"],
  ["a refusal", [problem(422, "certificate.refused")], "certificate.refused"],
  ["a wrong token", [problem(401, "unauthenticated")], "certificate.refused"],
  [
    "a lost answer, then a refusal",
    ["cut", problem(422, "certificate.refused")],
    "certificate.refused",
  ],
] as const)("%s is what the caller gets", async (_what, steps, outcome) => {
  expect(await outcomeOf(...steps)).toBe(outcome);
});

test.each([
  ["a lost answer, then no answer at all", ["end"]],
  ["a lost answer, then a wrong token", ["cut", problem(401, "unauthenticated")]],
  ["409 of a request that was interrupted", Array(4).fill(problem(409, "idempotency.interrupted"))],
] as const)("after %s the certificate may exist, and that is said", async (_what, steps) => {
  expect(await outcomeOf(...(steps as readonly Step[]))).toBe("outcome.unknown");
});

import { request as openRequest } from "node:https";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { adminActor } from "@/testing/actors";
import {
  type Client,
  openTestGateway,
  type TestGateway,
  until,
} from "@/testing/gateway/test-gateway";

let gateway: TestGateway,
  payments: Client,
  auditor: string,
  boots = 0;
beforeAll(async () => {
  gateway = await openTestGateway();
  [payments, auditor] = await Promise.all([gateway.issue("payments"), gateway.tokenFor("auditor")]);
});
afterAll(() => gateway.close());

type Answer = Readonly<{
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: Record<string, unknown>;
}>;
type Problem = { code: string; errors: { path: string }[] };
/** Over the mTLS port, on a new connection. */
function post(
  body: string | object,
  {
    client = payments as Client | null,
    headers = {},
    method = "POST",
  }: { client?: Client | null; headers?: Record<string, string>; method?: string } = {},
): Promise<Answer> {
  const text = typeof body === "string" ? body : JSON.stringify(body),
    pair = client === null ? {} : { cert: client.cert, key: client.key };
  return new Promise((resolve, reject) => {
    const sent = openRequest(
      {
        port: gateway.mtlsPort(),
        host: "127.0.0.1",
        path: "/api/v1/audit/events",
        method,
        servername: "localhost",
        ca: readFileSync(gateway.rootFile),
        agent: false,
        headers: {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(text),
          ...headers,
        },
        ...pair,
      },
      (answer) => {
        let said = "";
        answer
          .setEncoding("utf8")
          .on("data", (chunk: string) => {
            said += chunk;
          })
          .on("end", () => {
            resolve({
              status: answer.statusCode ?? 0,
              headers: answer.headers,
              body: JSON.parse(said) as Record<string, unknown>,
            });
          });
      },
    );
    sent.on("error", reject).end(text);
  });
}
/** As a client does: what could not be decided or recorded in time is sent again. */
async function postUntilHeard(
  body: object,
  options: Parameters<typeof post>[1] = {},
): Promise<Answer> {
  for (;;) {
    const answer = await post(body, options);
    if (answer.status !== 503) return answer;
  }
}
const problem = ({ status, body }: Answer) => [status, (body as Problem).code];
const event = (seq: number, over: object = {}) => ({
  seq,
  name: "payment.approved",
  occurredAt: "2026-11-23T02:38:07Z",
  ...over,
});
const newBoot = () => `run-${++boots}`;
const reported = async (boot: string) =>
  (await gateway.entries()).filter(
    ({ action, src }) => action === "event.reported" && src?.boot === boot,
  );

describe("over the mTLS port", () => {
  test("a service's event is recorded under its certificate, and search finds it within a second", async () => {
    const boot = newBoot(),
      answer = await postUntilHeard({
        boot,
        events: [event(1, { target: { kind: "payment", id: "pay-kerfuffle" } })],
      });
    expect([answer.status, answer.body["accepted"]]).toEqual([200, 1]);
    const found = (await (
      await fetch(`${gateway.httpUrl()}/api/v1/audit/events?q=pay-kerfuffle`, {
        headers: { authorization: `Bearer ${auditor}` },
      })
    ).json()) as { items: object[] };
    expect(found.items).toMatchObject([
      {
        action: "event.reported",
        actor: { kind: "certificate", id: payments.certificate.id, label: "payments" },
        origin: { ip: "127.0.0.1" },
        credential: { certificateId: payments.certificate.id, serial: payments.certificate.serial },
        sentence: expect.stringContaining(
          "reported payment.approved on “pay-kerfuffle”",
        ) as unknown,
      },
    ]);
  });

  test("each request to report events leaves at least one entry, even if every event is a duplicate", async () => {
    const boot = newBoot();
    await postUntilHeard({ boot, events: [event(1)] });
    const before = (await gateway.entries()).length;
    expect((await postUntilHeard({ boot, events: [event(1)] })).body).toMatchObject({
      accepted: 0,
      duplicates: 1,
    });
    expect((await gateway.entries()).slice(before)).toMatchObject([
      {
        action: "audit.read",
        actor: { id: payments.certificate.id },
        details: { method: "POST", path: "/api/v1/audit/events" },
      },
    ]);
  });

  test("the same batch from many connections at once is stored once", async () => {
    const boot = newBoot(),
      batch = { boot, events: Array.from({ length: 50 }, (_, n) => event(n + 1)) };
    const answers = await Promise.all(Array.from({ length: 12 }, () => postUntilHeard(batch)));
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(12).fill(200));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body["entries"]))).size).toBe(1);
    expect(await reported(boot)).toHaveLength(50);
  });

  test("reporting events again with the same Idempotency-Key gives the same answer", async () => {
    const boot = newBoot(),
      headers = { "idempotency-key": boot },
      first = await postUntilHeard({ boot, events: [event(1)] }, { headers }),
      again = await postUntilHeard({ boot, events: [event(1)] }, { headers });
    expect(again.body).toEqual(first.body);
    expect(await reported(boot)).toHaveLength(1);
  });
});

describe("refused, with a clear answer and nothing stored", () => {
  test("a batch with one invalid event is refused, and the event is named by its path", async () => {
    const boot = newBoot(),
      answer = await postUntilHeard({
        boot,
        events: [event(1), event(2), event(3), event(4, { name: "not a name" })],
      });
    expect(problem(answer)).toEqual([400, "request.invalid"]);
    expect((answer.body as unknown as Problem).errors.map(({ path }) => path)).toEqual([
      "events.3.name",
    ]);
    const twice = await postUntilHeard({ boot, events: [event(1), event(1)] });
    expect([...problem(twice), (twice.body as unknown as Problem).errors[0]?.path]).toEqual([
      422,
      "event.invalid",
      "events.1.seq",
    ]);
    expect(await reported(boot)).toEqual([]);
  });

  test("different content under a number that was used is refused", async () => {
    const boot = newBoot();
    await postUntilHeard({ boot, events: [event(1)] });
    expect(
      problem(
        await postUntilHeard({ boot, events: [event(2), event(1, { name: "payment.denied" })] }),
      ),
    ).toEqual([409, "event.differs"]);
    expect(await reported(boot)).toHaveLength(1);
  });

  test.each<[string, string | object, number, string]>([
    ["a body that is no JSON", "{", 400, "request.bad-json"],
    ["an empty body", "", 400, "request.no-body"],
    ["a list", [], 400, "request.invalid"],
    [
      "501 events",
      { boot: "b", events: Array.from({ length: 501 }, (_, n) => event(n + 1)) },
      400,
      "request.invalid",
    ],
    [
      "more than a mebibyte",
      { boot: "b", events: [event(1, { data: { x: "x".repeat(1_100_000) } })] },
      413,
      "request.too-large",
    ],
    [
      "an event of more than 16 KiB",
      {
        boot: "b",
        events: [event(1, { data: { x: Array.from({ length: 5 }, () => "x".repeat(3_900)) } })],
      },
      422,
      "event.invalid",
    ],
    ["a number far beyond the last", { boot: "b", events: [event(900_000)] }, 422, "event.numbers"],
    ["nothing to record", { boot: "b", events: [] }, 400, "request.invalid"],
  ])("%s", async (_, body, status, code) => {
    expect(problem(await post(body))).toEqual([status, code]);
    expect(await reported("b")).toEqual([]);
  });

  test("a body without a JSON content type is refused", async () => {
    expect(
      problem(
        await postUntilHeard(
          { boot: "b", events: [event(1)] },
          { headers: { "content-type": "text/plain" } },
        ),
      ),
    ).toEqual([415, "request.content-type"]);
  });

  test("events without a certificate, with a token alone, or with a revoked certificate are refused", async () => {
    const boot = newBoot(),
      batch = { boot, events: [event(1)] };
    expect((await postUntilHeard(batch, { client: null })).status).toBe(401);
    const token = async (role: "admin" | "auditor") =>
      problem(
        await postUntilHeard(batch, {
          client: null,
          headers: {
            authorization: `Bearer ${role === "admin" ? await gateway.tokenFor("admin") : auditor}`,
          },
        }),
      );
    expect([await token("admin"), await token("auditor")]).toEqual([
      [403, "forbidden"],
      [403, "forbidden"],
    ]);
    const lost = await gateway.issue("lost");
    expect(
      (await postUntilHeard({ boot: "lost-1", events: [event(1)] }, { client: lost })).status,
    ).toBe(200);
    await revokeCertificate(gateway.harness.deps, adminActor(), lost.certificate.id, {
      reason: "keyCompromise",
    });
    await until(async () => (await postUntilHeard(batch, { client: lost })).status === 401);
    expect(await reported(boot)).toEqual([]);
  });

  test("while nothing can be recorded the answer is 503 with Retry-After, and a retry is stored once", async () => {
    const boot = newBoot(),
      batch = { boot, events: [event(1), event(2)] };
    const accept =
      "intake.accept(text, text, text, timestamptz, bigint[], bytea, text[], text[], int[], int[], bytea, bigint, int)";
    await gateway.harness.asSuper(`revoke execute on function ${accept} from chancery_app`);
    const refused = await post(batch);
    await gateway.harness.asSuper(`grant execute on function ${accept} to chancery_app`);
    expect([refused.status, Number(refused.headers["retry-after"]) > 0]).toEqual([503, true]);
    expect((await postUntilHeard(batch)).body).toMatchObject({ accepted: 2 });
    expect(await reported(boot)).toHaveLength(2);
  });
});

test("event numbers that a heartbeat covers but that never arrived are recorded as a gap", async () => {
  const boot = newBoot();
  const { body } = await postUntilHeard({
    boot,
    events: [event(1), event(2), event(5)],
    heartbeat: { seq: 6, settled: 5 },
  });
  expect(body).toMatchObject({ accepted: 4, missing: "3-4", missingCount: 2 });
  const gaps = async () =>
    (await gateway.entries()).filter(
      ({ action, details }) => action === "source.gap" && details["boot"] === boot,
    );
  await until(async () => (await gaps()).length > 0);
  expect(await gaps()).toMatchObject([
    {
      outcome: "failure",
      target: { kind: "source", id: `${payments.identityId}/main` },
      details: { missing: "3-4", count: 2 },
    },
  ]);
});

import { setTimeout as pause } from "node:timers/promises";
import type { AcmeResponse, BindingKey, RawClient } from "./acme-client";
import { makeCsr } from "./acme-csr";

/** The requests of an order, in their sequence. */
export const orderSteps = ["account", "order", "challenge", "finalize", "certificate"] as const;
export type OrderStep = (typeof orderSteps)[number];
export type PatientOrder = Readonly<{ order: string; chain: string }>;

type Options = Readonly<{
  client: RawClient;
  key: BindingKey;
  name: string;
  /** Answers for http-01 by token. */
  answers: Map<string, string>;
  thumbprint: string;
  /** Called as a request of this step is about to be sent for the first time. */
  onStep: (step: OrderStep) => void;
}>;

const pauseMs = 250;

/** A request until it is answered: what a server that is away or busy does to it is no answer. */
async function patiently(ask: () => Promise<AcmeResponse>): Promise<AcmeResponse> {
  for (;;) {
    const answer = await ask().catch(() => null);
    const isBusy =
      answer === null || answer.status >= 500 || answer.status === 429 || isBadNonce(answer);
    if (!isBusy) return answer;
    await pause(pauseMs);
  }
}

const isBadNonce = ({ body }: AcmeResponse): boolean => String(body["type"]).endsWith(":badNonce");

function accepted(answer: AcmeResponse): AcmeResponse {
  if (answer.status < 300) return answer;
  throw new Error(`refused: ${answer.status} ${answer.text}`);
}

/**
 * An order as a client makes it that never gives up: each request again until it is answered, an
 * order until it is valid. Throws if anything is refused.
 */
export async function orderPatiently(options: Options): Promise<PatientOrder> {
  const { client, key, name, onStep } = options;
  const post = async (url: string, payload: unknown) =>
    accepted(await patiently(() => client.post(url, payload)));
  onStep("account");
  accepted(await patiently(() => client.register(key)));
  onStep("order");
  const urls = (await patiently(async () => client.ask("GET", client.directoryUrl))).body;
  const wish = { identifiers: [{ type: "dns", value: name }] };
  const made = await post(String(urls["newOrder"]), wish);
  const order = String(made.headers["location"]);
  for (const authorization of made.body["authorizations"] as string[])
    await proveName(options, authorization, post);
  onStep("finalize");
  await post(String(made.body["finalize"]), { csr: await makeCsr([name]) });
  const done = await untilStatus(() => post(order, ""), "valid");
  onStep("certificate");
  const { text } = await post(String(done.body["certificate"]), "");
  return { order, chain: text };
}

async function proveName(
  { answers, thumbprint, onStep }: Options,
  authorization: string,
  post: (url: string, payload: unknown) => Promise<AcmeResponse>,
): Promise<void> {
  const { body } = await post(authorization, "");
  if (body["status"] === "valid") return;
  const offered = body["challenges"] as Record<string, string>[];
  const { url = "", token = "" } = offered.find(({ type }) => type === "http-01") ?? {};
  answers.set(token, `${token}.${thumbprint}`);
  onStep("challenge");
  await post(url, {});
  await untilStatus(() => post(authorization, ""), "valid");
}

async function untilStatus(
  ask: () => Promise<AcmeResponse>,
  wanted: string,
): Promise<AcmeResponse> {
  for (;;) {
    const answer = await ask();
    const status = String(answer.body["status"]);
    if (status === wanted) return answer;
    if (status === "invalid") throw new Error(answer.text);
    await pause(pauseMs);
  }
}

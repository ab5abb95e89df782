import { isIP, type LookupFunction } from "node:net";
import { Agent, request, type Dispatcher } from "undici";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { resolveForValidation } from "./resolver";
import type { Attempt, Validated } from "./types";

const maxRedirects = 3;
const maxBodyBytes = 1_024;
const maxHeaderBytes = 16_384;

/**
 * http-01 (RFC 8555 section 8.3): the key authorization over plain HTTP on port 80, after at most
 * three redirects to ports 80 and 443, where certificates don't matter. Every hop is resolved and
 * checked again, and connects only to the addresses that were checked. Errors: `acme.dns`,
 * `acme.connection`, `acme.incorrect-response`.
 */
export async function validateHttp(attempt: Attempt): Promise<Validated> {
  const { type, value } = attempt.identifier;
  const host = type === "ip" && value.includes(":") ? `[${value}]` : value;
  const port = attempt.settings.httpPort === 80 ? "" : `:${attempt.settings.httpPort}`;
  let url = new URL(`http://${host}${port}/.well-known/acme-challenge/${attempt.token}`);
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const answer = await get(url, attempt);
    if ("body" in answer) {
      assertExpected(answer.body, attempt.keyAuthorization, url);
      return { from: answer.address };
    }
    url = nextUrl(answer.location, url, attempt);
  }
  throw refused(`The server redirects more than ${maxRedirects} times.`);
}

const refused = (detail: string): AppError => new AppError("acme.incorrect-response", detail);

function assertExpected(body: string, expected: string, url: URL): void {
  if (body.replace(/\s+$/, "") === expected) return;
  const shown = body.slice(0, 100).replaceAll(/[^\x20-\x7e]/g, "?");
  throw refused(`${url.href} answered "${shown}" in place of the key authorization.`);
}

function nextUrl(location: string, from: URL, { settings }: Attempt): URL {
  const next = URL.parse(location, from);
  if (next === null || !["http:", "https:"].includes(next.protocol))
    throw refused("The redirect is not to an http or https URL.");
  if (next.username !== "" || next.password !== "")
    throw refused("The redirect has a user name or password.");
  const port = Number(next.port || (next.protocol === "https:" ? 443 : 80));
  if (![80, 443, settings.httpPort, settings.tlsPort].includes(port))
    throw refused(`The redirect is to port ${port}. Only 80 and 443 are followed.`);
  return next;
}

type Hop = Readonly<{ body: string; address: string }> | Readonly<{ location: string }>;

async function get(url: URL, attempt: Attempt): Promise<Hop> {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const addresses = await resolveForValidation(host, attempt);
  const agent = new Agent({
    connect: { lookup: pinned(addresses), rejectUnauthorized: false, timeout: 0 },
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    const response = await request(url, {
      dispatcher: agent,
      signal: attempt.signal,
      reset: true,
      headers: { "user-agent": "Chancery ACME", accept: "*/*" },
    });
    return await readHop(response, url, addresses[0] ?? "");
  } catch (error) {
    if (isAppError(error)) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? (error as Error).name;
    throw new AppError("acme.connection", `Fetching ${url.href} failed (${code}).`);
  } finally {
    await agent.destroy();
  }
}

/** Only the addresses that were checked: the name could have others by the time of the connection. */
function pinned(addresses: readonly string[]): LookupFunction {
  const records = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_name, { all }, callback) => {
    if (all === true) callback(null, records);
    else callback(null, records[0]!.address, records[0]!.family);
  };
}

async function readHop(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  url: URL,
  address: string,
): Promise<Hop> {
  body.on("error", () => {});
  if ([301, 302, 303, 307, 308].includes(statusCode)) {
    const { location } = headers;
    if (typeof location === "string") return { location };
    throw refused(`${url.href} redirects without a Location.`);
  }
  if (statusCode !== 200) throw refused(`${url.href} answered ${statusCode}.`);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBodyBytes)
      throw refused(`${url.href} answered more than ${maxBodyBytes} bytes.`);
  }
  return { body: Buffer.concat(chunks).toString("utf8"), address };
}

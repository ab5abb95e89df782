import { isIP, type LookupFunction } from "node:net";
import { Agent, buildConnector, type Dispatcher, request } from "undici";
import { isAppError } from "@/lib/errors/app-error";
import {
  connectionErrorText,
  deliveryRefused,
  deliveryUnreachable,
  oneLine,
} from "./delivery-errors";
import {
  resolveAllowedAddresses,
  tlsOptions,
  withoutBrackets,
  type OutboundOptions,
} from "./open-socket";
import { withoutUrl } from "@/lib/delivery/secrets/secret-url";

const maxHeaderBytes = 16_384;
const maxBodyBytes = 65_536;
const excerptLength = 200;

/**
 * Posts JSON over a connection that is used once, and returns the response's status line. Only 2xx
 * is a success, and redirects are not followed. Errors: `delivery.refused`, `delivery.unreachable`,
 * `outbound.closed`.
 */
export async function postJson(
  address: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  options: OutboundOptions,
): Promise<string> {
  const url = new URL(address);
  const agent = new Agent({
    connect: connectTo(url, await resolveAllowedAddresses(url.hostname, options), options),
    maxHeaderSize: maxHeaderBytes,
    // The signal is the only timeout.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    return await readResponse(
      address,
      await request(url, {
        dispatcher: agent,
        signal: options.signal,
        method: "POST",
        reset: true,
        headers: {
          "content-type": "application/json",
          "user-agent": "Chancery",
          accept: "*/*",
          ...headers,
        },
        body,
      }).catch((error: unknown) => {
        throw isAppError(error)
          ? error
          : deliveryUnreachable(
              `The connection was closed without a response (${connectionErrorText(error)}).`,
              error,
            );
      }),
    );
  } finally {
    await agent.destroy();
  }
}

/**
 * Connects only to the addresses that were checked. The name is not resolved again, because it
 * could have other addresses by then.
 */
function connectTo(
  { hostname, port, protocol }: URL,
  addresses: readonly string[],
  { signal, trust }: OutboundOptions,
): buildConnector.connector {
  const host = withoutBrackets(hostname);
  const records = addresses.map((address) => ({ address, family: isIP(address) }));
  const lookup: LookupFunction = (_name, { all }, callback) => {
    if (all === true) callback(null, records);
    else callback(null, records[0]!.address, records[0]!.family);
  };
  const connector = buildConnector({
    allowH2: false,
    timeout: 0,
    lookup,
    // Also aborts while connecting.
    signal,
    ...(protocol === "https:" ? tlsOptions(host, trust) : {}),
  } as buildConnector.BuildOptions);
  const at = `${host}:${port || (protocol === "https:" ? 443 : 80)}`;
  return (options, callback) => {
    connector(options, (...[error, socket]) => {
      if (error === null) callback(null, socket);
      else callback(connectionError(at, error), null);
    });
  };
}

function connectionError(at: string, error: Error): Error {
  const isTcp =
    error instanceof AggregateError || (error as NodeJS.ErrnoException).syscall === "connect";
  const text = connectionErrorText(error);
  return deliveryUnreachable(
    isTcp ? `Can't connect to ${at} (${text}).` : `The TLS connection to ${at} failed (${text}).`,
    error,
  );
}

async function readResponse(address: string, response: Dispatcher.ResponseData): Promise<string> {
  const { statusCode: status, body } = response;
  // Closing the connection before the end of the body is reported as an error of the body.
  body.on("error", () => {});
  const statusLine = `${status} ${oneLine(withoutUrl(response.statusText, address), 60)}`.trim();
  if (status >= 300 && status < 400)
    throw deliveryRefused(
      `The receiver responded ${statusLine}. Redirects are not followed. Enter the final URL instead.`,
    );
  const excerpt = await readExcerpt(address, body);
  if (status < 200 || status >= 300)
    throw deliveryRefused(
      `The receiver responded ${statusLine}${excerpt === "" ? "" : `: ${excerpt}`}.`,
    );
  return statusLine;
}

/**
 * The beginning of the body as one line, also of a body that never ends or breaks off. The URL is
 * removed before anything is cut off, so that no part of it is left.
 */
async function readExcerpt(address: string, body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBodyBytes) break;
    }
  } catch {
    // The connection broke off. What has arrived so far is used.
  }
  const text = withoutUrl(Buffer.concat(chunks).toString("utf8"), address);
  return oneLine(text.slice(0, 2 * excerptLength), excerptLength);
}

import { curlCommand } from "@/lib/format/curl-command";
import { exampleAddress } from "@/server/api/examples/example-address";
import { escapeHtml } from "@/server/api/html";
import type { OpenApiDocument, Operation } from "@/server/api/openapi-types";
import type { ListedOperation } from "./operations-of";

/** A request as a command, beside it what is answered. */
export function operationExamples(listed: ListedOperation, document: OpenApiDocument): string {
  const { summary } = listed.operation;
  const answer = answerOf(listed.operation);
  return `<div class="examples">${figure(summary, "Example request", requestOf(listed, document))}${
    answer === null ? "" : figure(summary, answer.caption, answer.text)
  }</div>`;
}

function figure(summary: string, caption: string, text: string): string {
  const label = escapeHtml(`${summary}: ${caption}`);
  return `<figure><figcaption>${escapeHtml(caption)}</figcaption><pre tabindex="0" role="region" aria-label="${label}"><code>${escapeHtml(text)}</code></pre></figure>`;
}

/** Who has no token shows the certificate of its connection. */
const proxyCertificate = ["--cert proxy.pem --key proxy-key.pem"];

function requestOf(
  { method, path, operation }: ListedOperation,
  document: OpenApiDocument,
): string {
  const body = Object.values(operation.requestBody?.content ?? {})[0]?.example;
  const takes = (scheme: string) => operation.security.some((one) => scheme in one);
  return curlCommand({
    method: method.toUpperCase(),
    url: `${document.servers[0]?.url ?? ""}${exampleAddress(path, operation.parameters)}`,
    body,
    authenticated: takes("token"),
    options: takes("certificate") && !takes("token") ? proxyCertificate : [],
  });
}

type Answer = Readonly<{ caption: string; text: string }>;

function answerOf({ responses }: Operation): Answer | null {
  const [status, answer] = Object.entries(responses).find(([code]) => code.startsWith("2")) ?? [];
  const media = Object.values(answer?.content ?? {})[0];
  const caption = `Example response: ${status}`;
  if (media?.example !== undefined)
    return {
      caption,
      text:
        typeof media.example === "string" ? media.example : JSON.stringify(media.example, null, 2),
    };
  const headers = Object.entries(answer?.headers ?? {});
  if (headers.length === 0) return null;
  const lines = headers.map(([name, { example }]) => `${name}: ${String(example)}`);
  return { caption: `${caption}, without a body`, text: lines.join("\n") };
}

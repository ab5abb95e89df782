import { sha256 } from "@/lib/format/hash";
import { fieldRows } from "./docs-schema";
import { docsStyle } from "./docs-style";
import { escapeHtml, inlineText } from "./html";
import type { OpenApiDocument, Operation } from "./openapi";

const styleHash = sha256(docsStyle).toString("base64");

/** No scripts, nothing from other origins; the one style sheet is allowed by its hash. */
export const docsHeaders: Readonly<Record<string, string>> = {
  "Content-Type": "text/html; charset=utf-8",
  "Cache-Control": "public, max-age=300",
  "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "Referrer-Policy": "no-referrer",
};

type ListedOperation = Readonly<{ method: string; path: string; operation: Operation }>;

/** The API reference page: one static page, generated from the OpenAPI document. */
export function docsPage(document: OpenApiDocument): string {
  const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  const tags = [...new Set(listed.flatMap(({ operation }) => operation.tags))];
  const groups = tags.map((tag) => ({
    tag,
    operations: listed.filter(({ operation }) => operation.tags.includes(tag)),
  }));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>${escapeHtml(document.info.title)} API reference</title><style>${docsStyle}</style></head>
<body><a class="skip" href="#content">Skip to operations</a>
<nav aria-label="Operations"><p class="mark">${escapeHtml(document.info.title)} <span>API</span></p>${groups.map(({ tag, operations }) => navGroup(tag, operations)).join("")}</nav>
<main id="content"><h1>API reference</h1>${document.info.description
    .split("\n\n")
    .map((text) => `<p>${inlineText(text)}</p>`)
    .join("")}
<p>OpenAPI document: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI ${escapeHtml(document.openapi)}).</p>
${groups.map(({ tag, operations }) => `<section aria-labelledby="tag-${tag.toLowerCase()}"><h2 id="tag-${tag.toLowerCase()}">${escapeHtml(tag)}</h2>${operations.map((one) => operationArticle(one, document)).join("")}</section>`).join("\n")}
</main></body></html>`;
}

function navGroup(tag: string, operations: readonly ListedOperation[]): string {
  const items = operations.map(
    ({ method, operation }) =>
      `<li><a href="#${operation.operationId}"><b class="${method}">${method.toUpperCase()}</b> ${escapeHtml(operation.summary)}</a></li>`,
  );
  return `<h2><a href="#tag-${tag.toLowerCase()}">${escapeHtml(tag)}</a></h2><ul>${items.join("")}</ul>`;
}

function operationArticle(
  { method, path, operation }: ListedOperation,
  document: OpenApiDocument,
): string {
  const {
    operationId,
    summary,
    description = "",
    parameters = [],
    requestBody,
    responses,
  } = operation;
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  const errors = Object.entries(responses).filter(([code]) => !code.startsWith("2"));
  return `<article id="${operationId}" aria-labelledby="${operationId}-title"><h3 id="${operationId}-title">${escapeHtml(summary)}</h3>
<p class="call"><b class="${method}">${method.toUpperCase()}</b> <code>${escapeHtml(path)}</code></p><p>${inlineText(description)}</p>
${parameterTable(summary, parameters, document)}
${body ? fieldTable(summary, "Body", fieldRows(body, document)) : ""}
${answerTable(summary, responses, document)}
<details><summary>Errors</summary><ul>${errors.map(([code, { description: text }]) => `<li><b>${code}</b> ${escapeHtml(text)}</li>`).join("")}</ul></details></article>`;
}

function parameterTable(
  summary: string,
  all: NonNullable<Operation["parameters"]>,
  document: OpenApiDocument,
): string {
  const own = all.filter((parameter) => parameter.in !== "header");
  if (own.length === 0) return "";
  const properties = Object.fromEntries(
    own.map((one) => [one.name, { ...one.schema, place: one.in }]),
  );
  return fieldTable(
    summary,
    "Parameters",
    fieldRows(
      {
        type: "object",
        properties,
        required: own.filter((one) => one.required).map((one) => one.name),
      },
      document,
    ),
  );
}

function answerTable(
  summary: string,
  responses: Operation["responses"],
  document: OpenApiDocument,
): string {
  const [status = "200", answer] =
    Object.entries(responses).find(([code]) => code.startsWith("2")) ?? [];
  const [type = "", media] = Object.entries(answer?.content ?? {})[0] ?? [];
  return media?.schema
    ? fieldTable(summary, `Response: ${status} ${type}`, fieldRows(media.schema, document))
    : "";
}

function fieldTable(summary: string, caption: string, rows: readonly string[]): string {
  if (rows.length === 0) return `<p class="caption">${escapeHtml(caption)}</p>`;
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(`${summary}: ${caption}`)}"><table><caption>${escapeHtml(caption)}</caption><thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

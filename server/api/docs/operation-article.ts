import { escapeHtml, inlineText } from "@/server/api/html";
import type { OpenApiDocument, Operation } from "@/server/api/openapi-types";
import { fieldRows } from "./fields";
import { operationExamples } from "./operation-examples";
import type { ListedOperation } from "./operations-of";

/** Everything about one operation: what it does, examples, its parameters, body, answer and refusals. */
export function operationArticle(listed: ListedOperation, document: OpenApiDocument): string {
  const { method, path, operation } = listed;
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
  return `<article id="${operationId}" aria-labelledby="${operationId}-title"><h2 id="${operationId}-title">${escapeHtml(summary)}</h2>
<p class="call"><b class="${method}">${method.toUpperCase()}</b> <code>${escapeHtml(path)}</code></p><p>${inlineText(description)}</p>
${operationExamples(listed, document)}
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
    own.map(({ name, in: place, description, schema }) => [
      name,
      { ...schema, ...(description === undefined ? {} : { description }), place },
    ]),
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

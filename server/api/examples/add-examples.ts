import type { OpenApiDocument, Operation } from "@/server/api/openapi-types";
import { fieldExamples } from "./field-examples";
import { exampleOf, type ExampleSchema, type ExampleSchemas } from "./example-of";

type Media = { schema?: unknown; example?: unknown };
type Header = { example?: unknown };

/**
 * Gives every body and every successful answer an example, made from its schema. Changes the
 * document. Returns the paths of values for which there is no example.
 */
export function addExamples(document: OpenApiDocument): string[] {
  const schemas = document.components.schemas as ExampleSchemas;
  const missing: string[] = [];
  const add = (media: Media, name: string, brief: boolean): void => {
    if (media.schema === undefined) return;
    const place = { schemas, path: [name], missing, brief };
    media.example = exampleOf(media.schema as ExampleSchema, place);
  };
  const addHeader = (header: Header, name: string): void => {
    header.example = fieldExamples[name];
    if (header.example === undefined) missing.push(name);
  };
  for (const operation of Object.values(document.paths).flatMap(Object.values<Operation>)) {
    const { operationId, requestBody, responses } = operation;
    for (const media of Object.values(requestBody?.content ?? {}))
      add(media, `${operationId}Body`, true);
    for (const [status, { content, headers }] of Object.entries(responses)) {
      if (!status.startsWith("2")) continue;
      for (const media of Object.values(content ?? {})) add(media, operationId, false);
      for (const [name, header] of Object.entries(headers ?? {})) addHeader(header, name);
    }
  }
  return missing;
}

import type { OpenApiDocument } from "@/server/api/openapi-types";
import { fieldPaths } from "./fields";
import type { ListedOperation } from "./operations-of";

/** An operation that was found, and the names of its fields that contain a searched word. */
export type FoundOperation = ListedOperation & Readonly<{ fields: readonly string[] }>;

/** Returns a search over all operations: each word must be in an operation's texts or fields. */
export function makeOperationSearch(
  operations: readonly ListedOperation[],
  document: OpenApiDocument,
): (query: string) => FoundOperation[] {
  const indexed = operations.map((one) => {
    const { operationId, summary, description = "" } = one.operation;
    const fields = fieldsOf(one, document);
    const texts = [one.method, one.path, one.tag, operationId, summary, description];
    return { one, fields, text: [...texts, ...fields].join("\n").toLowerCase() };
  });
  return (query) => {
    const words = wordsOf(query);
    return indexed
      .filter(({ text }) => words.every((word) => text.includes(word)))
      .map(({ one, fields }) => ({
        ...one,
        fields: fields.filter((name) => words.some((word) => name.toLowerCase().includes(word))),
      }));
  };
}

const wordsOf = (query: string): string[] => query.toLowerCase().split(/\s+/).filter(Boolean);

function fieldsOf({ operation }: ListedOperation, document: OpenApiDocument): string[] {
  const { parameters = [], requestBody, responses } = operation;
  const contents = [requestBody?.content, ...Object.values(responses).map((one) => one.content)];
  const schemas = contents.flatMap((content) => Object.values(content ?? {}));
  const inBodies = schemas.flatMap(({ schema }) => (schema ? fieldPaths(schema, document) : []));
  return [...new Set([...parameters.map(({ name }) => name), ...inBodies])];
}

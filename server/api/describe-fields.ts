import { fieldDescriptions } from "./field-descriptions";
import { findByPath } from "./find-by-path";

type Node = { [name: string]: unknown };
type Operation = Readonly<{
  tags: readonly string[];
  parameters?: readonly Node[];
  requestBody?: Readonly<{ content: Readonly<Record<string, Node>> }>;
  responses: Readonly<Record<string, Readonly<{ content?: Readonly<Record<string, Node>> }>>>;
}>;
type Document = Readonly<{
  components: Readonly<{ schemas: Readonly<Record<string, Node>> }>;
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}>;

/**
 * Describes every field that its schema does not describe itself, from `fieldDescriptions`: the
 * most specific key wins. Changes the document. Returns the paths of fields that have no
 * description.
 */
export function describeFields(document: Document): string[] {
  const missing: string[] = [];
  const describe = (node: Node, path: readonly string[]): void => {
    if (typeof node["description"] === "string" || hasDescribedPart(node)) return;
    const description = findByPath(fieldDescriptions, path);
    if (description === undefined) missing.push(path.join("."));
    else node["description"] = description;
  };
  const visit = (schema: Node, path: readonly string[]): void => {
    for (const key of ["allOf", "anyOf", "oneOf"])
      for (const part of (schema[key] ?? []) as readonly Node[]) visit(part, path);
    if (schema["items"] !== undefined) visit(schema["items"] as Node, path);
    for (const [name, field] of Object.entries((schema["properties"] ?? {}) as Node)) {
      describe(field as Node, [...path, name]);
      visit(field as Node, [...path, name]);
    }
  };
  for (const [name, schema] of Object.entries(document.components.schemas)) visit(schema, [name]);
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation) => [path, operation] as const),
  );
  for (const [path, operation] of operations) {
    const tag = operation.tags[0] ?? "";
    for (const parameter of operation.parameters ?? []) {
      const key = `?${String(parameter["name"])}`;
      describe(parameter, fieldDescriptions[path + key] === undefined ? [tag, key] : [path + key]);
    }
    for (const { schema } of Object.values(operation.requestBody?.content ?? {}))
      visit(schema as Node, [tag]);
    for (const { content } of Object.values(operation.responses))
      for (const { schema } of Object.values(content ?? {})) visit(schema as Node, [tag]);
  }
  return missing;
}

const hasDescribedPart = (node: Node): boolean =>
  typeof (node["schema"] as Node | undefined)?.["description"] === "string" ||
  ["allOf", "anyOf", "oneOf"].some((key) =>
    ((node[key] ?? []) as readonly Node[]).some((part) => typeof part["description"] === "string"),
  );

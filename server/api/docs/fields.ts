import { escapeHtml, inlineText } from "@/server/api/html";
import type { OpenApiDocument } from "@/server/api/openapi-types";

type Schema = Readonly<{
  $ref?: string;
  type?: string | readonly string[];
  format?: string;
  enum?: readonly (string | number | boolean | null)[];
  const?: unknown;
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  allOf?: readonly Schema[];
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  place?: string;
  example?: unknown;
}>;

const maxDepth = 4;

/** A field of a schema: nested fields as `a.b`, items of a list as `a[]`. */
type Field = Readonly<{ path: string; schema: Schema; required: boolean }>;

/** A table row for every field of a schema. */
export const fieldRows = (schema: Schema, document: OpenApiDocument): string[] =>
  fieldsOf(schema, document, "", 0).map(row);

/** The paths of all fields of a schema. */
export const fieldPaths = (schema: Schema, document: OpenApiDocument): string[] =>
  fieldsOf(schema, document, "", 0).map(({ path }) => path);

function fieldsOf(raw: Schema, document: OpenApiDocument, prefix: string, depth: number): Field[] {
  const schema = resolve(raw, document);
  if (schema.items && prefix === "") return fieldsOf(schema.items, document, "[]", depth);
  if (depth > maxDepth) return [];
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`,
      shape = resolve(member, document);
    const inner = shape.items
      ? fieldsOf(shape.items, document, `${path}[]`, depth + 1)
      : fieldsOf(shape, document, path, depth + 1);
    const required = schema.required?.includes(name) === true;
    return [{ path, schema: shape, required }, ...inner];
  });
}

function row({ path, schema, required }: Field): string {
  const marks = [schema.place, required ? "required" : "optional"].filter(Boolean).join(", ");
  return `<tr><th scope="row"><code>${escapeHtml(path)}</code></th><td>${escapeHtml(typeText(schema))}<br><small>${escapeHtml(marks)}</small></td><td>${meaning(schema)}</td></tr>`;
}

function meaning(schema: Schema): string {
  const parts = [
    schema.description ? inlineText(schema.description) : "",
    schema.enum
      ? schema.enum
          .filter((value) => value !== null)
          .map((value) => `<code>${escapeHtml(String(value))}</code>`)
          .join(" ")
      : "",
    range(schema),
    schema.default === undefined
      ? ""
      : `Default <code>${escapeHtml(JSON.stringify(schema.default))}</code>.`,
  ];
  return parts.filter(Boolean).join("<br>");
}

function range({ minimum, maximum, minLength, maxLength, minItems, maxItems }: Schema): string {
  const say = (low: number | undefined, high: number | undefined, unit: string): string => {
    if (low === undefined) return high === undefined ? "" : `Up to ${high}${unit}`;
    return high === undefined ? `From ${low}${unit}` : `${low} to ${high}${unit}`;
  };
  return [
    say(minimum, maximum, ""),
    say(minLength, maxLength, " characters"),
    say(minItems, maxItems, " items"),
  ]
    .filter(Boolean)
    .map((text) => `${text}.`)
    .join(" ");
}

function typeText(schema: Schema): string {
  if (schema.items) return "list";
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
  return (
    types.map((type) => (type === "string" && schema.format ? schema.format : type)).join(" or ") ||
    "any"
  );
}

/** Resolves references, and reduces "X or null" to X. What a field says of itself goes first. */
function resolve(schema: Schema, document: OpenApiDocument): Schema {
  if (schema.$ref !== undefined) {
    const { $ref, ...own } = schema;
    const named = document.components.schemas[$ref.split("/").at(-1) ?? ""] ?? {};
    return { ...resolve(named as Schema, document), ...own };
  }
  const parts =
    schema.allOf ?? (schema.anyOf ?? schema.oneOf)?.filter((part) => part.type !== "null");
  if (parts === undefined) return schema;
  const { allOf: _all, anyOf: _any, oneOf: _one, ...own } = schema;
  return parts
    .map((part) => resolve(part, document))
    .reduce<Schema>(
      (whole, part) => ({
        ...whole,
        ...part,
        properties: { ...whole.properties, ...part.properties },
        required: [...(whole.required ?? []), ...(part.required ?? [])],
      }),
      own,
    );
}

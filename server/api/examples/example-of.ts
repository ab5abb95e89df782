import { findByPath } from "@/server/api/find-by-path";
import { fallbackExamples } from "./fallback-examples";
import { fieldExamples } from "./field-examples";
import { leftOut } from "./left-out";

/** A schema of an OpenAPI document, as far as an example depends on it. */
export type ExampleSchema = Readonly<{
  $ref?: string;
  type?: string | readonly string[];
  format?: string;
  enum?: readonly unknown[];
  const?: unknown;
  items?: ExampleSchema;
  properties?: Readonly<Record<string, ExampleSchema>>;
  required?: readonly string[];
  allOf?: readonly ExampleSchema[];
  anyOf?: readonly ExampleSchema[];
  oneOf?: readonly ExampleSchema[];
  default?: unknown;
  example?: unknown;
}>;
export type ExampleSchemas = Readonly<Record<string, ExampleSchema>>;

type Place = Readonly<{
  schemas: ExampleSchemas;
  /** The operation or schema, and the fields down to here. */
  path: readonly string[];
  /** Paths of values for which there is no example are added. */
  missing: string[];
  /** Whether optional fields are left out, unless an example names one for this operation. */
  brief: boolean;
}>;

/**
 * An example of a schema: the value in `fieldExamples` under the longest key that fits, its own
 * `example`, the value in `fallbackExamples`, what its type leaves no choice about, or one made of
 * its parts.
 */
export function exampleOf(schema: ExampleSchema, place: Place): unknown {
  const { path, schemas, missing } = place;
  const found = findByPath(fieldExamples, path, (value) => fits(value, schema, schemas));
  if (found !== undefined) return found;
  if (schema.example !== undefined) return schema.example;
  const usual = findByPath(fallbackExamples, path.slice(-1), (value) =>
    fits(value, schema, schemas),
  );
  if (usual !== undefined) return usual;
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1) ?? "";
    return exampleOf(schemas[name] ?? {}, { ...place, path: [...path, name] });
  }
  const part = partOf(schema);
  if (part !== undefined) return exampleOf(part, place);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.default ?? schema.enum[0];
  if (schema.properties !== undefined) return exampleOfObject(schema, place);
  if (schema.items !== undefined) return [exampleOf(schema.items, place)];
  if (schema.default !== undefined) return schema.default;
  if (typesOf(schema).includes("boolean")) return false;
  missing.push(path.join("."));
  return null;
}

/** Whether a value is of the schema's type: a name alone says little about what it names. */
function fits(value: unknown, schema: ExampleSchema, schemas: ExampleSchemas): boolean {
  const parts = schema.allOf ?? schema.anyOf ?? schema.oneOf;
  if (parts !== undefined) return parts.some((part) => fits(value, part, schemas));
  if (schema.$ref !== undefined)
    return fits(value, schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {}, schemas);
  if (value === leftOut) return true;
  if (schema.enum !== undefined) return schema.enum.includes(value);
  if (Array.isArray(value) && schema.items !== undefined) {
    const { items } = schema;
    return value.every((item) => fits(item, items, schemas));
  }
  return typesOf(schema).some((type) => typeTests[type]?.(value) === true);
}

const typeTests: Readonly<Record<string, (value: unknown) => boolean>> = {
  null: (value) => value === null,
  array: Array.isArray,
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  number: (value) => typeof value === "number",
  integer: Number.isInteger,
};

/** Of several, the first that is not null. */
const partOf = ({ allOf, anyOf, oneOf }: ExampleSchema): ExampleSchema | undefined =>
  (allOf ?? anyOf ?? oneOf)?.find((part) => part.type !== "null");

const typesOf = ({ type }: ExampleSchema): readonly string[] =>
  typeof type === "string" ? [type] : (type ?? []);

/** What only a change is answered with: the entry that records it. */
const isOfWrites = (name: string, [operationId = ""]: readonly string[]): boolean =>
  name === "entryId" && operationId.startsWith("get");

function exampleOfObject({ properties = {}, required = [] }: ExampleSchema, place: Place): object {
  const fields = Object.entries(properties).flatMap(([name, schema]) => {
    const path = [...place.path, name];
    const isNamed = fieldExamples[path.join(".")] !== undefined;
    const isOptional = !required.includes(name);
    if (isOptional && !isNamed && (place.brief || isOfWrites(name, path))) return [];
    const example = exampleOf(schema, { ...place, path });
    return isOptional && example === leftOut ? [] : [[name, example] as const];
  });
  return Object.fromEntries(fields);
}

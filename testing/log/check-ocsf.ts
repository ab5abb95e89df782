import { readFileSync } from "node:fs";

type Attribute = Readonly<{
  type: string;
  array?: boolean;
  required?: boolean;
  enum?: readonly (number | string)[];
  /** Allowed only where `metadata.profiles` names it. */
  profile?: string;
}>;
type Definition = Readonly<{
  attributes: Readonly<Record<string, Attribute>>;
  constraints: Readonly<{ at_least_one?: readonly string[] }> | null;
}>;
type Schema = Readonly<{
  classes: Readonly<Record<string, Definition>>;
  objects: Readonly<Record<string, Definition>>;
}>;

const schema = JSON.parse(
  readFileSync(new URL("ocsf-1.3.0.json", import.meta.url), "utf8"),
) as Schema;
const classNames: Readonly<Record<number, string>> = {
  3001: "account_change",
  3002: "authentication",
  3004: "entity_management",
  6003: "api_activity",
};

type Value = Readonly<Record<string, unknown>>;

const isIdentity = (path: string): boolean => /^\w+\.(class_uid|category_uid|type_uid)$/.test(path);

function problemsOfValue(
  value: unknown,
  path: string,
  { type, array = false, enum: numbers }: Attribute,
  profiles: readonly string[],
): string[] {
  if (array) {
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((one, at) =>
      problemsOfValue(
        one,
        `${path}.${at}`,
        { type, ...(numbers ? { enum: numbers } : {}) },
        profiles,
      ),
    );
  }
  // The numbers of class and category are in their own definitions, not in these.
  if (numbers !== undefined && !isIdentity(path) && !numbers.includes(value as number))
    return [`${path} is ${String(value)}, which the schema doesn't have`];
  if (/^(integer|long|timestamp|port)_t$/.test(type))
    return Number.isInteger(value) ? [] : [`${path} is no whole number`];
  const object = schema.objects[type];
  if (object !== undefined) return problemsOf(value as Value, path, object, profiles);
  if (type === "object" || type === "json_t") return [];
  if (type === "boolean_t") return typeof value === "boolean" ? [] : [`${path} is no boolean`];
  return typeof value === "string" ? [] : [`${path} is no text`];
}

function problemsOf(
  value: Value,
  path: string,
  { attributes, constraints }: Definition,
  profiles: readonly string[],
): string[] {
  const problems = Object.entries(value).flatMap(([name, part]) => {
    const attribute = attributes[name];
    if (attribute === undefined) return [`${path}.${name} isn't in the schema`];
    if (attribute.profile !== undefined && !profiles.includes(attribute.profile))
      return [`${path}.${name} needs the profile ${attribute.profile}`];
    return problemsOfValue(part, `${path}.${name}`, attribute, profiles);
  });
  const missing = Object.entries(attributes).flatMap(([name, { required, profile }]) =>
    required && value[name] === undefined && (profile === undefined || profiles.includes(profile))
      ? [`${path}.${name} is missing`]
      : [],
  );
  const any = constraints?.at_least_one;
  const isEmpty = any !== undefined && !any.some((name) => value[name] !== undefined);
  return [...problems, ...missing, ...(isEmpty ? [`${path} has none of ${any.join(", ")}`] : [])];
}

/** Everything that a strict reader of OCSF 1.3.0 would refuse in an event, in words. */
export function checkOcsf(event: Value): string[] {
  const name = classNames[event["class_uid"] as number] ?? "";
  const definition = schema.classes[name];
  if (definition === undefined) return [`class ${String(event["class_uid"])} isn't known here`];
  const { profiles = [] } = event["metadata"] as { profiles?: string[] };
  return problemsOf(event, name, definition, profiles);
}

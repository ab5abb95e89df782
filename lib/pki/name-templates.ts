import { AppError, isAppError } from "@/lib/errors/app-error";
import { canonicalName } from "@/lib/pki/held-names/held-name";
import type { GeneralName, NameTemplate } from "./types";

/** What the variables of a template stand for. */
export type TemplateIdentity = Readonly<{ name: string; id: string; kind: string }>;

const segment = /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/;
const label = /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/;
/** Not the dot in `{identity.name}`. */
const separators: Readonly<Record<NameTemplate["type"], RegExp>> = {
  dns: /(\.)(?![^{]*\})/,
  email: /(@)/,
  uri: /(\/)/,
};

const doesNotFit = (template: NameTemplate, fix: string): AppError =>
  new AppError("profile.template-does-not-fit", `The name template ${template.value}: ${fix}`);

/** The variable that a part of a template is; null if it is plain text. */
function variableOf(template: NameTemplate, part: string): keyof TemplateIdentity | null {
  const [, variable] = /^\{identity\.(name|id|kind)\}$/.exec(part) ?? [];
  if (variable !== undefined) return variable as keyof TemplateIdentity;
  if (!/[{}]/.test(part)) return null;
  throw doesNotFit(
    template,
    `use {identity.name}, {identity.id} or {identity.kind} as a whole ${template.type === "uri" ? "segment of the path" : "label"}.`,
  );
}

/** The part of a template where a variable would choose whose name it is. */
function domainOf({ type, value }: NameTemplate): string {
  if (type === "uri") return /^([^/]*:\/\/[^/]*)/.exec(value)?.[1] ?? value;
  return type === "email" ? value.slice(value.lastIndexOf("@")) : "";
}

/**
 * The name that a template gives an identity. A value that doesn't fit is refused, never escaped,
 * lowered or normalized: the result could be another identity's name. Throws AppError
 * `profile.template-does-not-fit`.
 */
export function renderTemplate(template: NameTemplate, identity: TemplateIdentity): GeneralName {
  if (/[{}]/.test(domainOf(template)))
    throw doesNotFit(template, "write out the domain; it can't be a variable.");
  const parts = template.value.split(separators[template.type]).map((part) => {
    const variable = variableOf(template, part);
    if (variable === null) return part;
    const value = identity[variable];
    if ((template.type === "uri" ? segment : label).test(value)) return value;
    throw doesNotFit(
      template,
      `"${value.slice(0, 64)}" can't be its {identity.${variable}}. Use 1 to 63 lowercase letters, digits, hyphens${template.type === "uri" ? ", dots" : ""} and underscores, with a letter or digit at both ends.`,
    );
  });
  const value = parts.join("");
  const name = canonical(template, value);
  if (name === value) return { type: template.type, value };
  throw doesNotFit(template, `write it in the one form that names have: ${name}`);
}

/** Whether a template made the name for some identity, as far as the name can tell. */
export function fitsTemplate(template: NameTemplate, name: GeneralName): boolean {
  const separator = separators[template.type];
  const [wanted, parts] = [template.value.split(separator), name.value.split(separator)];
  return (
    name.type === template.type &&
    wanted.length === parts.length &&
    wanted.every((part, index) =>
      part.includes("{")
        ? (template.type === "uri" ? segment : label).test(parts[index] ?? "")
        : part === parts[index],
    )
  );
}

function canonical(template: NameTemplate, value: string): string {
  try {
    return canonicalName(template.type, value).value;
  } catch (error) {
    if (isAppError(error)) throw doesNotFit(template, error.message);
    throw error;
  }
}

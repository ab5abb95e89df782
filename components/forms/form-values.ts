/** The text of a field; empty if it is absent. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

/** The text of a field, or undefined if it is blank. */
export function optionalText(form: FormData, name: string): string | undefined {
  return textOf(form, name).trim() || undefined;
}

/** A number; undefined if the field is blank, NaN for other text, which the schema rejects. */
export function numberOf(form: FormData, name: string): number | undefined {
  const text = optionalText(form, name);
  return text === undefined ? undefined : Number(text);
}

/** The lines of a text area, also separated by commas, without blank ones. */
export function linesOf(form: FormData, name: string): string[] {
  return textOf(form, name)
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter(Boolean);
}

/** The values of all checked checkboxes of that name. */
export function checkedOf(form: FormData, name: string): string[] {
  return form.getAll(name).filter((value): value is string => typeof value === "string");
}

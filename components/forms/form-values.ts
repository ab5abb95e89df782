/** One field's text; empty if it is absent. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

/** One field's text, or undefined where nothing was written. */
export function givenText(form: FormData, name: string): string | undefined {
  return textOf(form, name).trim() || undefined;
}

/** A number, NaN for what is none (the schema says so beside the field), undefined for nothing. */
export function numberOf(form: FormData, name: string): number | undefined {
  const text = givenText(form, name);
  return text === undefined ? undefined : Number(text);
}

/** Lines of a text area, without empty ones. */
export function linesOf(form: FormData, name: string): string[] {
  return textOf(form, name)
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter(Boolean);
}

/** The values of all checked boxes of that name. */
export function checkedOf(form: FormData, name: string): string[] {
  return form.getAll(name).filter((value): value is string => typeof value === "string");
}

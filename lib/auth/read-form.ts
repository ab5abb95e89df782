/**
 * A form's fields as a plain value: `a.b` nests, `names[]` or a repeated name makes a list, and the
 * framework's own fields are left out. Empty text stays empty text: what it means is the schema's
 * matter.
 */
export function readForm(form: FormData): Record<string, unknown> {
  const result: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const name of new Set(form.keys())) {
    if (name.startsWith("$ACTION")) continue;
    const values = form.getAll(name);
    const list = name.endsWith("[]");
    put(
      result,
      (list ? name.slice(0, -2) : name).split("."),
      list || values.length > 1 ? values : values[0],
    );
  }
  return result;
}

function put(into: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let place = into;
  for (const step of path.slice(0, -1)) {
    const next = (place[step] ??= Object.create(null)) as unknown;
    if (typeof next !== "object" || next === null || Array.isArray(next)) return;
    place = next as Record<string, unknown>;
  }
  const last = path.at(-1);
  if (last !== undefined) place[last] = value;
}

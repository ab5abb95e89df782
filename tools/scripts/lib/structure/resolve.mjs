import { posix } from "node:path";

/** The file of the repository that an import names, or null for a package or what does not exist. */
export function resolveImport(from, specifier, known) {
  const base = specifier.startsWith("@/")
    ? specifier.slice(2)
    : specifier.startsWith(".")
      ? posix.normalize(posix.join(posix.dirname(from), specifier))
      : null;
  if (base === null) return null;
  return ["", ".ts", ".tsx"].map((ending) => base + ending).find((path) => known.has(path)) ?? null;
}

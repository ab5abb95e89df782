/** What a tamper drill does to its copy, in words; the keys are the names in the report. */
export const attackWords: Readonly<Record<string, Readonly<{ title: string; does: string }>>> = {};

/** An attack by a name that is not known here reads as its name. */
export function attackTitle(name: string): string {
  const words = attackWords[name]?.title ?? name.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

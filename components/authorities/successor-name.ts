/** The longest common name (RFC 5280, ub-common-name). */
const longest = 64;

/**
 * A name for the CA that replaces one: with the next number, cut to what a common name takes. The
 * same name would make two CAs look alike in every list of trust.
 */
export function successorName(name: string): string {
  const [, base = name, number = "1"] = /^(.*\S) (\d{1,4})$/s.exec(name) ?? [];
  const next = String(Number(number) + 1);
  return `${Array.from(base)
    .slice(0, longest - next.length - 1)
    .join("")
    .trimEnd()} ${next}`;
}

type Expected = "value" | "first-value" | "key" | "first-key" | "colon" | "after";

const blank = /[ \t\r\n]*/y;
const word = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * The offset of the first mistake in a text that is not JSON; its length if something is missing at the end. Only for error messages, as
 * JSON.parse does not always tell where it stopped. No recursion: a body of nothing but brackets costs a list.
 */
export function findJsonMistake(text: string): number {
  const open: string[] = [];
  let expected: Expected = "value", at = 0;
  for (;;) {
    at = skip(blank, text, at);
    if (at >= text.length) return text.length;
    const sign = text[at] ?? "";
    const closes = sign === "}" || sign === "]";
    if (closes && sign === open.at(-1) && (expected === "after" || expected === (sign === "}" ? "first-key" : "first-value"))) {
      open.pop();
      expected = "after";
      at++;
    } else if (expected === "after") {
      if (sign !== "," || open.length === 0) return at;
      expected = open.at(-1) === "}" ? "key" : "value";
      at++;
    } else if (expected === "colon") {
      if (sign !== ":") return at;
      expected = "value";
      at++;
    } else if (expected === "key" || expected === "first-key") {
      const end = sign === '"' ? endOfString(text, at) : { at, ok: false };
      if (!end.ok) return end.at;
      expected = "colon";
      at = end.at;
    } else if (sign === "{" || sign === "[") {
      open.push(sign === "{" ? "}" : "]");
      expected = sign === "{" ? "first-key" : "first-value";
      at++;
    } else {
      const end = sign === '"' ? endOfString(text, at) : endOfWord(text, at);
      if (!end.ok) return end.at;
      expected = "after";
      at = end.at;
    }
  }
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function endOfWord(text: string, at: number): { at: number; ok: boolean } {
  const end = skip(word, text, at);
  return { at: end, ok: end > at };
}

function endOfString(text: string, start: number): { at: number; ok: boolean } {
  let at = start + 1;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return { at: at + 1, ok: true };
    if (code < 0x20) return { at, ok: false };
    if (code !== 0x5c) continue;
    const escape = text[at + 1] ?? "";
    if (escape === "u" ? !/^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6)) : !'"\\/bfnrt'.includes(escape) || escape === "") return { at, ok: false };
    at += escape === "u" ? 5 : 1;
  }
  return { at: text.length, ok: false };
}

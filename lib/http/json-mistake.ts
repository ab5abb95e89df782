type Expected = "value" | "first-value" | "key" | "first-key" | "colon" | "after";
type State = { expected: Expected; at: number; readonly open: string[] };

const blank = /[ \t\r\n]*/y;
const word = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * The offset of the first mistake in a text that is not JSON; its length if something is missing at
 * the end. Only for error messages, as JSON.parse does not always tell where it stopped. No
 * recursion: a body of nothing but brackets costs a list.
 */
export function findJsonMistake(text: string): number {
  const state: State = { expected: "value", at: 0, open: [] };
  for (;;) {
    state.at = skip(blank, text, state.at);
    if (state.at >= text.length) return text.length;
    if (!(close(state, text) || step(state, text))) return state.at;
  }
}

/** Takes a bracket that closes the innermost open one, where it may. */
function close(state: State, text: string): boolean {
  const sign = text[state.at];
  const { expected, open } = state;
  if (open.length === 0 || sign !== open.at(-1)) return false;
  if (expected !== "after" && expected !== (sign === "}" ? "first-key" : "first-value"))
    return false;
  open.pop();
  return go(state, "after");
}

/** Takes what is expected; false, standing at the mistake, if it is something else. */
function step(state: State, text: string): boolean {
  const sign = text[state.at] ?? "";
  const { expected, open } = state;
  switch (expected) {
    case "after":
      return sign === "," && open.length > 0 && go(state, open.at(-1) === "}" ? "key" : "value");
    case "colon":
      return sign === ":" && go(state, "value");
    case "key":
    case "first-key":
      return sign === '"' && takeTo(state, endOfString(text, state.at), "colon");
    case "value":
    case "first-value":
      return takeValue(state, text, sign);
  }
}

function takeValue(state: State, text: string, sign: string): boolean {
  if (sign !== "{" && sign !== "[")
    return takeTo(
      state,
      sign === '"' ? endOfString(text, state.at) : endOfWord(text, state.at),
      "after",
    );
  state.open.push(sign === "{" ? "}" : "]");
  return go(state, sign === "{" ? "first-key" : "first-value");
}

function go(state: State, next: Expected): boolean {
  state.at++;
  state.expected = next;
  return true;
}

function takeTo(state: State, end: Readonly<{ at: number; ok: boolean }>, next: Expected): boolean {
  state.at = end.at;
  state.expected = next;
  return end.ok;
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
    if (
      escape === "u"
        ? !/^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6))
        : !'"\\/bfnrt'.includes(escape) || escape === ""
    )
      return { at, ok: false };
    at += escape === "u" ? 5 : 1;
  }
  return { at: text.length, ok: false };
}

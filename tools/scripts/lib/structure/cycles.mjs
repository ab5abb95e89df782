/** The strongly connected components of more than one node, each sorted: Tarjan's algorithm without recursion. */
export function findCycles(edges) {
  const index = new Map(),
    low = new Map(),
    stack = [],
    onStack = new Set(),
    cycles = [];
  const open = (node) => {
    index.set(node, index.size);
    low.set(node, index.get(node));
    stack.push(node);
    onStack.add(node);
    return { node, targets: [...(edges.get(node) ?? [])], next: 0 };
  };
  for (const start of edges.keys()) {
    if (index.has(start)) continue;
    const calls = [open(start)];
    while (calls.length > 0) {
      const call = calls.at(-1);
      if (call.next < call.targets.length) {
        const target = call.targets[call.next++];
        if (!index.has(target)) calls.push(open(target));
        else if (onStack.has(target))
          low.set(call.node, Math.min(low.get(call.node), index.get(target)));
        continue;
      }
      calls.pop();
      const parent = calls.at(-1);
      if (parent) low.set(parent.node, Math.min(low.get(parent.node), low.get(call.node)));
      if (low.get(call.node) !== index.get(call.node)) continue;
      const members = stack.splice(stack.indexOf(call.node));
      for (const member of members) onStack.delete(member);
      if (members.length > 1)
        cycles.push(members.toSorted((one, other) => one.localeCompare(other)));
    }
  }
  return cycles;
}

/** Which noun of lib a file belongs to; lib/runtime is none: its types lie below the nouns and its wiring above. */
function nounOf(path) {
  const [top, noun, rest] = path.split("/");
  if (top !== "lib" || rest === undefined || noun === "runtime") return null;
  return `lib/${noun}`;
}

/** Edges between nouns of lib, with one import that makes each. */
export function nounEdges(files) {
  const edges = new Map(),
    reasons = new Map();
  for (const { path, isTest, imports } of files) {
    const from = nounOf(path);
    if (isTest || from === null) continue;
    if (!edges.has(from)) edges.set(from, new Set());
    for (const target of imports) {
      const to = nounOf(target);
      if (to === null || to === from) continue;
      edges.get(from).add(to);
      reasons.set(`${from} ${to}`, `${path} imports ${target}`);
    }
  }
  return { edges, reasons };
}

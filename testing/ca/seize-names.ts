import { newId } from "@/lib/format/ids";
import { describeHeldName, parseHeldName } from "@/lib/pki/held-names/held-name";
import type { Deps } from "@/lib/runtime/deps";
import { changeAsApplication } from "./forge-plan";
import { namesIn } from "./names-fixture";

/** Takes the names from one identity and writes them to another, under quiet entries. */
export async function seizeNames(
  deps: Deps,
  from: string,
  to: string,
  taken: string,
  given = taken,
): Promise<void> {
  const now = deps.clock.now();
  const named = (text: string) =>
    namesIn(text).map(({ type, value }) => parseHeldName(type, value));
  const target = (id: string) => ({ kind: "identity", id, label: "" });
  const added = { names: named(given).map(describeHeldName), origin: "edit" };
  const released = {
    names: named(taken).map(describeHeldName),
    onRelease: "reserve",
    comment: "",
    reserved: [],
  };
  await changeAsApplication(
    deps,
    [
      {
        action: "identity.names-released",
        outcome: "success",
        target: target(from),
        details: released,
      },
      { action: "identity.names-added", outcome: "success", target: target(to), details: added },
    ],
    ...named(taken).map(
      ({ type, value }) =>
        [
          "update identity_name set state = 'released', share_id = null where identity_id = $1 and type = $2 and value = $3",
          from,
          type,
          value,
        ] as const,
    ),
    ...named(given).map(
      ({ type, form, value }) =>
        [
          `insert into identity_name (id, identity_id, type, form, value, state, origin, created_at, changed_at)
           values ($1, $2, $3, $4, $5, 'held', 'edit', $6, $6)`,
          newId("nam", now, deps.random.bytes),
          to,
          type,
          form,
          value,
          now,
        ] as const,
    ),
    ["update identity set names_epoch = names_epoch + 1 where id = any($1)", [from, to]],
  );
}

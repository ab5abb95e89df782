import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { writeCountedRefusals } from "@/lib/log/record/record-refusal";
import { defaultRefusalLimits } from "@/lib/log/record/refusal-table";
import type { Deps } from "@/lib/runtime/deps";
import { makeHashQueue } from "@/lib/runtime/hash-queue";
import { anonymousActor, system } from "@/testing/actors";
import { openHarness, type Harness } from "@/testing/harness";
import { makeTestRecorder } from "@/testing/recorder";
import { changePassword } from "@/lib/accounts/change-password";
import { createFirstAccount } from "@/lib/accounts/create-first-account";
import { signIn } from "@/lib/accounts/sign-in";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(async () => {
  await harness.close();
});

const password = "correct horse battery staple";
const wrong = "a wrong password";
let made = 0;
const makeAccount = async (): Promise<Readonly<{ id: string; email: string }>> => {
  const email = `limited-${++made}@example.com`;
  const input = { email, name: "Robin Example", role: "admin", password } as const;
  return (await createFirstAccount(harness.deps, system, input)).result;
};
/** A client in a network of its own. */
const elsewhere = (): Actor => anonymousActor(`10.${++made >> 8}.${made & 255}.7`);
const attempt = (email: string, typed: string, actor: Actor, deps: Deps = harness.deps) =>
  signIn(deps, actor, { email, password: typed });
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "done",
    (error: { code?: string; message?: string }) => error.code ?? error.message,
  );
const guess = async (email: string, times: number, from: () => Actor): Promise<void> => {
  for (let i = 0; i < times; i++) await codeOf(attempt(email, wrong, from()));
};
const reasonsOf = (entries: Awaited<ReturnType<Harness["entries"]>>) =>
  entries.filter(({ action }) => action === "session.refused").map(({ reason }) => reason);

describe("wrong guesses from elsewhere", () => {
  test("wrong guesses from elsewhere never lock the right person out", async () => {
    const { email } = await makeAccount();
    const home = elsewhere();
    await attempt(email, password, home);
    await guess(email, 40, elsewhere);
    const attacker = elsewhere();
    await guess(email, 30, () => attacker);
    expect(await codeOf(attempt(email, password, home))).toBe("done");
  });

  test("wrong guesses from the same wide network never lock the right person out of theirs", async () => {
    const { email } = await makeAccount();
    const home = anonymousActor("203.0.113.5");
    await attempt(email, password, home);
    for (let last = 10; last < 40; last++)
      await guess(`other-${last}@example.com`, 5, () => anonymousActor(`203.0.113.${last}`));
    await guess(email, 30, () => anonymousActor("203.0.113.99"));
    expect(await codeOf(attempt(email, password, home))).toBe("done");
  });

  test("five wrong guesses lock the account for their own network only", async () => {
    const { email } = await makeAccount();
    const attacker = elsewhere();
    await guess(email, 5, () => attacker);
    expect(await codeOf(attempt(email, password, attacker))).toBe("session.limited");
    expect(await codeOf(attempt(email, password, elsewhere()))).toBe("done");
  });

  test("guesses for one account from many networks are slowed down for networks it never signed in from", async () => {
    const { email } = await makeAccount();
    const home = elsewhere();
    await attempt(email, password, home);
    const { entries } = await harness.during(() => guess(email, 25, elsewhere));
    expect(reasonsOf(entries).filter((reason) => reason === "wrong password")).toHaveLength(20);
    expect(entries.filter(({ action }) => action === "account.locked")).toEqual([
      expect.objectContaining({
        target: expect.objectContaining({ label: email }) as unknown,
        details: expect.objectContaining({ failures: 20, from: "unknown networks" }) as unknown,
      }),
    ]);
    expect(await codeOf(attempt(email, password, elsewhere()))).toBe("session.limited");
    expect(await codeOf(attempt(email, password, home))).toBe("done");
  });

  test("a network stops being known thirty days after the last sign-in from it", async () => {
    const { email } = await makeAccount();
    const home = elsewhere();
    await attempt(email, password, home);
    harness.advance(31 * 86_400_000);
    await guess(email, 20, elsewhere);
    expect(await codeOf(attempt(email, password, home))).toBe("session.limited");
    harness.advance(901_000);
    expect(await codeOf(attempt(email, password, home))).toBe("done");
  });

  test("wrong current passwords in a stolen session lock no other network", async () => {
    const { id, email } = await makeAccount();
    const home = elsewhere();
    await attempt(email, password, home);
    const stolen = elsewhere();
    await attempt(email, password, stolen);
    const thief: Actor = { ...stolen, kind: "user", id, label: email, role: "admin" };
    const change = { current: wrong, password: "another long password" };
    for (let i = 0; i < 5; i++)
      expect(await codeOf(changePassword(harness.deps, thief, change))).toBe(
        "account.wrong-password",
      );
    expect(
      await codeOf(changePassword(harness.deps, thief, { ...change, current: password })),
    ).toBe("session.limited");
    expect(await codeOf(attempt(email, password, home))).toBe("done");
  });
});

describe("a network that guesses", () => {
  test("gets no more than five guesses for an account, also when twenty come at once", async () => {
    const { email } = await makeAccount();
    const here = elsewhere();
    const deps = {
      ...harness.deps,
      hashQueue: { run: (_: unknown, work: () => unknown) => work() },
    };
    const { entries } = await harness.during(() =>
      Promise.all(
        Array.from({ length: 20 }, () => codeOf(attempt(email, wrong, here, deps as Deps))),
      ),
    );
    const reasons = reasonsOf(entries);
    expect(reasons.filter((reason) => reason === "wrong password")).toHaveLength(5);
    expect(reasons.filter((reason) => reason === "locked")).toHaveLength(15);
    expect(entries.filter((entry) => entry.action === "account.locked")).toEqual([
      expect.objectContaining({
        details: expect.objectContaining({ failures: 5, from: here.address.ip }) as unknown,
      }),
    ]);
  });

  test("is limited for an account that doesn't exist just as for one that does, in the same words", async () => {
    const { email } = await makeAccount();
    const answers = await Promise.all(
      [email, "ghost@example.com"].map(async (typed) => {
        const here = elsewhere();
        await guess(typed, 5, () => here);
        return attempt(typed, password, here).catch((error: Error) => error.message);
      }),
    );
    expect(answers).toEqual(Array(2).fill("Too many failed sign-ins. Try again in 15 minutes."));
  });

  test("is locked after twenty failures over many accounts, and no other network is", async () => {
    const { email } = await makeAccount();
    const here = elsewhere();
    for (let i = 0; i < 20; i++) await guess(`guess-${made}-${i}@example.com`, 1, () => here);
    expect(await codeOf(attempt(email, password, here))).toBe("session.limited");
    expect(await codeOf(attempt(email, password, elsewhere()))).toBe("done");
  });

  test("can't go on from another address of the same IPv6 network", async () => {
    const { email } = await makeAccount();
    let last = 0;
    await guess(email, 5, () => anonymousActor(`2001:db8:9:9::${(++last).toString(16)}`));
    expect(await codeOf(attempt(email, password, anonymousActor("2001:db8:9:9::ffff")))).toBe(
      "session.limited",
    );
  });

  test("a site with many addresses is locked after a hundred failures", async () => {
    const site = (n: number) => anonymousActor(`2001:db8:77:${n.toString(16)}::1`);
    for (let i = 0; i < 100; i++) await guess(`site-${i}@example.com`, 1, () => site(i));
    expect(await codeOf(attempt("site-x@example.com", wrong, site(200)))).toBe("session.limited");
  });

  test("a lock ends after fifteen minutes, further attempts don't extend it, and a success resets the count", async () => {
    const { email } = await makeAccount();
    const here = elsewhere();
    await guess(email, 5, () => here);
    harness.advance(600_000);
    expect(await codeOf(attempt(email, password, here))).toBe("session.limited");
    harness.advance(301_000);
    expect(await codeOf(attempt(email, password, here))).toBe("done");
    await guess(email, 4, () => here);
    expect(await codeOf(attempt(email, password, here))).toBe("done");
    await guess(email, 4, () => here);
    expect(await codeOf(attempt(email, password, here))).toBe("done");
  });

  test("failures that lie more than fifteen minutes apart do not add up", async () => {
    const { email } = await makeAccount();
    const here = elsewhere();
    for (let i = 0; i < 6; i++) {
      await guess(email, 1, () => here);
      harness.advance(901_000);
    }
    expect(await codeOf(attempt(email, password, here))).toBe("done");
  });

  test("counters that no longer decide anything are deleted while others are added", async () => {
    await guess("old@example.com", 3, elsewhere);
    harness.advance(3_600_000);
    for (let i = 0; i < 30; i++) await guess(`new-${i}@example.com`, 1, elsewhere);
    const [row] = await harness.asSuper(
      "select count(*)::int as n from sign_in_failure where last_at < $1",
      [new Date(harness.deps.clock.now().getTime() - 1_800_000)],
    );
    expect(row?.["n"]).toBe(0);
  });
});

describe("hashing", () => {
  /** The use cases with a queue that counts what it was given. */
  function countingDeps(): { deps: Deps; turns: string[] } {
    const queue = makeHashQueue();
    const turns: string[] = [];
    const run: typeof queue.run = (place, work) => {
      turns.push(place.narrow);
      return queue.run(place, work);
    };
    return { deps: { ...harness.deps, hashQueue: { run } }, turns };
  }

  test("nothing is hashed for a network that is locked", async () => {
    const here = elsewhere();
    const { email } = await makeAccount();
    for (let i = 0; i < 20; i++) await guess(`guess-${made}-${i}@example.com`, 1, () => here);
    const { deps, turns } = countingDeps();
    await Promise.all(
      Array.from({ length: 160 }, () => codeOf(attempt(email, password, here, deps))),
    );
    expect(turns).toEqual([]);
  });

  test("of a flood from a locked network the first five of a minute are entries, the rest is counted", async () => {
    const here = elsewhere();
    for (let i = 0; i < 20; i++) await guess(`guess-${made}-${i}@example.com`, 1, () => here);
    const now = harness.deps.clock.now();
    const stopped = { ...harness.deps, clock: { now: () => now } };
    const recorder = makeTestRecorder(stopped, "test/limited", defaultRefusalLimits);
    const deps = { ...harness.deps, recorder };
    const { entries } = await harness.during(async () => {
      for (let i = 0; i < 160; i++)
        await codeOf(attempt(`flood-${i}@example.com`, wrong, here, deps));
      await writeCountedRefusals(recorder, "now");
    });
    expect(reasonsOf(entries)).toEqual(Array(5).fill("locked"));
    expect(entries.filter(({ action }) => action === "request.refused-many")).toEqual([
      expect.objectContaining({
        details: expect.objectContaining({ count: 155, code: "session.limited" }) as unknown,
      }),
    ]);
  });

  test("while one network sends 160 sign-ins at once, another waits for at most two hashes of it", async () => {
    const started: string[] = [];
    const flood = elsewhere();
    const person = elsewhere();
    const { email } = await makeAccount();
    const queue = makeHashQueue();
    const floodArrived = makeSignal();
    const personArrived = makeSignal();
    let floodTurns = 0;
    const run: typeof queue.run = (place, work) => {
      const result = queue.run(place, async () => {
        started.push(place.narrow);
        // The first hashes last until everybody waits.
        await personArrived.promise;
        return work();
      });
      if (place.narrow === person.address.ip) personArrived.set();
      else if (++floodTurns === 160) floodArrived.set();
      return result;
    };
    const deps: Deps = { ...harness.deps, hashQueue: { run } };
    const floods = Array.from({ length: 160 }, (_, i) =>
      codeOf(attempt(`flood-${i}@example.com`, wrong, flood, deps)),
    );
    await floodArrived.promise;
    expect(await codeOf(attempt(email, password, person, deps))).toBe("done");
    const answers = await Promise.all(floods);
    expect(answers.filter((code) => code === "session.busy")).toHaveLength(142);
    // Two were running when the person came, and one more of the flood may have its turn first.
    expect(started.indexOf(person.address.ip ?? "")).toBeGreaterThanOrEqual(2);
    expect(started.indexOf(person.address.ip ?? "")).toBeLessThanOrEqual(3);
  });

  test("a sign-in that finds no place in the queue is recorded, says when to try again and hashes nothing", async () => {
    const full: Deps["hashQueue"] = makeFullQueue();
    const { email } = await makeAccount();
    const { result, entries } = await harness.during(() =>
      attempt(email, password, elsewhere(), { ...harness.deps, hashQueue: full }).catch(
        (error: { code: string; retryAfterSeconds: number }) => error,
      ),
    );
    expect(result).toMatchObject({ code: "session.busy", retryAfterSeconds: 10 });
    expect(reasonsOf(entries)).toEqual(["too many sign-ins at once"]);
  });

  function makeSignal(): Readonly<{ promise: Promise<void>; set: () => void }> {
    let set = (): void => {};
    const promise = new Promise<void>((resolve) => {
      set = resolve;
    });
    return { promise, set };
  }

  function makeFullQueue(): Deps["hashQueue"] {
    const queue = makeHashQueue();
    const never = () => new Promise<never>(() => {});
    for (let i = 0; i < 300; i++)
      void queue.run({ wide: `w${i}`, narrow: `n${i}`, first: true }, never).catch(() => {});
    return queue;
  }
});

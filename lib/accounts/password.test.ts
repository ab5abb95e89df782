import { expect, test } from "vitest";
import { passwordCost, world } from "@/lib/runtime/get-deps";
import { makeHashQueue } from "@/lib/runtime/hash-queue";
import { withHasher } from "./password";

const real = { ...world, passwordCost, hashQueue: makeHashQueue() };
const cheap = { ...real, passwordCost: { memoryKib: 8, passes: 1 } };
const turn = { ip: "192.0.2.7" };
const makeHash = (password: string) => withHasher(real, turn, ({ hash }) => hash(password));

test("a process of Chancery hashes passwords with argon2id, 64 MiB and three passes", async () => {
  const hash = await makeHash("correct horse battery staple");
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
  const verify = (password: string) =>
    withHasher(cheap, turn, (hasher) => hasher.verify(hash, password));
  expect(await verify("correct horse battery staple")).toBe(true);
  expect(await verify("correct horse battery stable")).toBe(false);
});

test("an unknown account costs as much as a known one and matches no password", async () => {
  const hash = await makeHash("correct horse");
  const timeOf = async (passwordHash: string | null) => {
    const began = performance.now();
    const matches = await withHasher(real, turn, ({ verify }) => verify(passwordHash, "a guess"));
    expect(matches).toBe(false);
    return performance.now() - began;
  };
  await timeOf(hash);
  const known = Math.min(await timeOf(hash), await timeOf(hash), await timeOf(hash));
  const unknown = Math.min(await timeOf(null), await timeOf(null), await timeOf(null));
  expect(unknown).toBeGreaterThan(known / 3);
});

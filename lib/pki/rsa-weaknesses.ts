import { checkPrimeSync } from "node:crypto";

const fermatRounds = 100;
/** Trial division by the primes below this; a factor of 2^20 or more has to be looked for. */
const factorLimit = 2 ** 20;

function primesBelow(limit: number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; candidate < limit; candidate += 1) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes;
}

const smallPrimes = primesBelow(1000);
const primorial = smallPrimes.reduce((product, prime) => product * BigInt(prime), 1n);

/**
 * Powers of 65537 modulo each prime: moduli of the flawed library (CVE-2017-15361) are in this
 * subgroup for every one of them.
 */
const rocaSubgroups = smallPrimes
  .filter((prime) => prime > 2 && prime <= 167)
  .map((prime) => ({ prime, powers: powersOf65537(prime) }));

function powersOf65537(prime: number): Set<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * (65537 % prime)) % prime)
    powers.add(power);
  return powers;
}

function integerSquareRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt((value.toString(16).length * 4) / 2 + 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

function squaresModulo(modulus: number): Set<number> {
  return new Set(Array.from({ length: modulus }, (_, value) => (value * value) % modulus));
}

const sieves = [64, 63, 65, 11, 17, 19, 23].map((modulus) => ({
  modulus,
  squares: squaresModulo(modulus),
}));
const sieveProduct = sieves.reduce((product, { modulus }) => product * BigInt(modulus), 1n);

function isSquare(value: bigint): boolean {
  const residue = Number(value % sieveProduct);
  if (!sieves.every(({ modulus, squares }) => squares.has(residue % modulus))) return false;
  const root = integerSquareRoot(value);
  return root * root === value;
}

/**
 * Fermat's method: finds the factors of a modulus whose primes are close together within a hundred
 * steps.
 */
function hasClosePrimes(modulus: bigint): boolean {
  let root = integerSquareRoot(modulus);
  if (root * root < modulus) root += 1n;
  for (let round = 0; round < fermatRounds; round += 1) {
    if (isSquare(root * root - modulus)) return true;
    root += 1n;
  }
  return false;
}

/** The product of the primes below the limit, as a tree, so that its factors stay balanced. */
function productOfPrimes(): bigint {
  const isComposite = new Uint8Array(factorLimit);
  let level: bigint[] = [];
  for (let prime = 2; prime < factorLimit; prime += 1) {
    if (isComposite[prime] === 1) continue;
    level.push(BigInt(prime));
    for (let multiple = prime * prime; multiple < factorLimit; multiple += prime)
      isComposite[multiple] = 1;
  }
  while (level.length > 1) {
    const next: bigint[] = [];
    for (let at = 0; at < level.length; at += 2) next.push(level[at]! * (level[at + 1] ?? 1n));
    level = next;
  }
  return level[0]!;
}

let product: bigint | null = null;

function greatestCommonDivisor(first: bigint, second: bigint): bigint {
  let [a, b] = [first, second];
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

/** Whether a prime below 2^20 divides the modulus. The product is made on the first call. */
function hasSmallFactor(modulus: bigint): boolean {
  product ??= productOfPrimes();
  return greatestCommonDivisor(modulus, product % modulus) !== 1n;
}

/** Why a modulus is unsafe, in words, or null. Cost: some milliseconds for 4096 bits. */
export function findRsaWeakness(modulus: bigint): string | null {
  const residue = modulus % primorial;
  const residues = new Map(smallPrimes.map((prime) => [prime, Number(residue % BigInt(prime))]));
  const factor = smallPrimes.find((prime) => residues.get(prime) === 0);
  if (factor !== undefined) return `it is divisible by ${factor}`;
  if (rocaSubgroups.every(({ prime, powers }) => powers.has(residues.get(prime)!)))
    return "it has the fingerprint of ROCA (CVE-2017-15361)";
  if (hasSmallFactor(modulus)) return "it is divisible by a prime below 2^20";
  if (checkPrimeSync(modulus, { checks: 1 }))
    return "it is a prime number, so anyone can compute the private key";
  return hasClosePrimes(modulus)
    ? "its two primes are so close together that it can be factored easily"
    : null;
}

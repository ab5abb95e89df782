const fermatRounds = 100;

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

/** Why a modulus is unsafe, in words, or null. Cost: well under a millisecond for 4096 bits. */
export function findRsaWeakness(modulus: bigint): string | null {
  const residue = modulus % primorial;
  const residues = new Map(smallPrimes.map((prime) => [prime, Number(residue % BigInt(prime))]));
  const factor = smallPrimes.find((prime) => residues.get(prime) === 0);
  if (factor !== undefined) return `it is divisible by ${factor}`;
  if (rocaSubgroups.every(({ prime, powers }) => powers.has(residues.get(prime)!)))
    return "it has the fingerprint of ROCA (CVE-2017-15361)";
  return hasClosePrimes(modulus)
    ? "its two primes are so close together that it can be factored easily"
    : null;
}

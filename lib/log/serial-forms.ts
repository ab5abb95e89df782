const maxDigits = 64;
const withoutZeros = (hex: string): string => {
  const short = hex.replace(/^0+/, "") || "0";
  return short.length % 2 === 0 ? short : `0${short}`;
};

/**
 * The serial numbers, as the log stores them, that a text can mean: lowercase hexadecimal, two
 * digits an octet. Takes colons, spaces, hyphens, capitals, leading zeros, `0x`, decimal, and
 * openssl's `4660 (0x1234)`. Digits alone can be either, so both are returned. Null if it is
 * none.
 */
export function serialForms(text: string): readonly string[] | null {
  const trimmed = text.trim().toLowerCase();
  const both = /^\d+\s*\(0x([0-9a-f]+)\)$/.exec(trimmed)?.[1];
  const hex = (both ?? trimmed.replace(/^0x/, "")).replace(/[\s:\u00a0-]/g, "");
  if (!/^[0-9a-f]+$/.test(hex)) return null;
  const forms = hex.length <= maxDigits ? [withoutZeros(hex), hex] : [];
  if (/^\d+$/.test(trimmed) && trimmed.length <= 78) {
    const decimal = BigInt(trimmed).toString(16);
    if (decimal.length <= maxDigits) forms.push(withoutZeros(decimal));
  }
  return forms.length === 0 ? null : [...new Set(forms)];
}

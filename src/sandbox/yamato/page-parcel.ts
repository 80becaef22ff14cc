import { hasCheckDigit } from '../check-digit.ts';
import { Dice } from '../dice.ts';
import type { Parcel, ParcelHints } from '../parcels/parcel.ts';
import { yamatoParcel } from '../parcels/yamato-parcel.ts';

/**
 * What Yamato's own page says of a number: `伝票番号誤り` when its shape or check digit is wrong, and about one number in
 * sixteen is not registered.
 */
export function yamatoPageParcel(number: string, hints: ParcelHints, dayStartMs: number): Parcel {
  if (!hasCheckDigit(number)) return yamatoParcel(number, ['wrong-length'], dayStartMs);
  const unknown = hints.length === 0 && new Dice(`page ${number}`).below(16) === 0;
  return yamatoParcel(number, unknown ? ['not-found'] : hints, dayStartMs);
}

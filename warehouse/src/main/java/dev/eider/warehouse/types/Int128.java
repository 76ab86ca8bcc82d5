package dev.eider.warehouse.types;

import java.math.BigInteger;

/**
 * A positive integer of 128 bits, to compare the memory of decimals with.
 *
 * @param high its upper 64 bits
 * @param low its lower 64 bits
 */
record Int128(long high, long low) {

    /** Returns ten to the power of {@code exponent}, which is at most 38. */
    static Int128 powerOfTen(int exponent) {
        BigInteger value = BigInteger.TEN.pow(exponent);
        return new Int128(value.shiftRight(64).longValue(), value.longValue());
    }

    /** Returns whether this is greater than the magnitude of a signed value of 128 bits. */
    boolean exceedsMagnitude(long otherHigh, long otherLow) {
        long sign = otherHigh >> 63;
        long magnitudeLow = (otherLow ^ sign) - sign;
        long carry = sign != 0 && magnitudeLow == 0 ? 1 : 0;
        long magnitudeHigh = (otherHigh ^ sign) + carry;
        int compared = Long.compareUnsigned(magnitudeHigh, high);
        return compared < 0 || (compared == 0 && Long.compareUnsigned(magnitudeLow, low) < 0);
    }
}

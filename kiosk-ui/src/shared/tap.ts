// One touch is one step. A trembling or impatient finger makes two.

export const kTapRestMs = 400;

/**
 * Taps that lead somewhere `step()`; for 400 ms afterwards every tap is ignored, also one on the next page that has
 * slid under the finger. Keys of a keypad only ask `resting()`: quick typing of the same digit is no accident.
 */
export class TapGuard {
  private last = -Infinity;
  constructor(private readonly now: () => number = () => performance.now()) {}

  resting(): boolean {
    return this.now() - this.last < kTapRestMs;
  }

  /** True if this tap counts. */
  step(): boolean {
    if (this.resting()) return false;
    this.last = this.now();
    return true;
  }
}

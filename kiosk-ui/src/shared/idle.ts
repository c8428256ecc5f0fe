// Leaves no page standing when its person has gone.
//
// Quiet for `limitS` -> warning for `warnS` -> expired. Any touch before the warning starts over; during the
// warning only `extend` does (whoever comes next must not keep another person's page alive by chance).

export interface IdleClock {
  /** Milliseconds of a clock that is never set: a wall clock corrected at boot would wipe a page too early. */
  now(): number;
  every(ms: number, run: () => void): () => void;
}

export const browserClock: IdleClock = {
  now: () => performance.now(),
  every(ms, run) {
    const id = setInterval(run, ms);
    return () => clearInterval(id);
  },
};

export interface IdleEvents {
  /** Seconds left until the wipe, or null when there is no warning. */
  warn(leftS: number | null): void;
  expire(): void;
}

export class Idle {
  private quietSince: number;
  private warning = false;
  private stopTicking: () => void;

  constructor(
    private readonly clock: IdleClock,
    private readonly limitS: () => number,
    private readonly warnS: number,
    private readonly events: IdleEvents,
  ) {
    this.quietSince = clock.now();
    this.stopTicking = clock.every(250, () => this.tick());
  }

  touch(): void {
    if (!this.warning) this.quietSince = this.clock.now();
  }

  extend(): void {
    this.warning = false;
    this.quietSince = this.clock.now();
    this.events.warn(null);
  }

  stop(): void {
    this.stopTicking();
  }

  private tick(): void {
    const quiet = (this.clock.now() - this.quietSince) / 1000;
    const limit = this.limitS();
    if (!(limit > 0) || quiet < limit) return;
    const left = limit + this.warnS - quiet;
    if (left > 0) {
      this.warning = true;
      this.events.warn(Math.ceil(left));
      return;
    }
    this.extend();
    this.events.expire();
  }
}

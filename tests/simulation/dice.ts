/** What a schedule asks of chance, all of it from one seed. @module */
import { seededRandom } from "../support/seeded_random.ts";

/** A source of random choices. */
export class Dice {
  /** Between 0 and 1. */
  readonly random: () => number;

  /** @param seed the same seed makes the same choices */
  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  /** A source of its own, so that one part asking more often changes nothing for another. */
  fork(): Dice {
    return new Dice(Math.floor(this.random() * 2 ** 32));
  }

  /** Whether something of this probability happens. */
  chance(probability: number): boolean {
    return this.random() < probability;
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1));
  }

  /** The same, small numbers far more often than large ones. */
  mostlySmall(least: number, most: number): number {
    return least + Math.floor((most - least + 1) * this.random() ** 3);
  }

  /** One of several. */
  oneOf<const T>(choices: readonly T[]): T {
    const chosen = choices[Math.floor(this.random() * choices.length)];
    if (chosen === undefined) throw new Error("There is nothing to choose from");
    return chosen;
  }
}

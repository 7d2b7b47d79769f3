/** Something that there is only so much of. @module */

/** Units that are taken and given back. */
export class Budget {
  #left: number;

  /** @param units how many there are */
  constructor(units: number) {
    this.#left = units;
  }

  /** Takes so many; false, with nothing taken, when there are fewer. */
  take(units: number): boolean {
    if (units > this.#left) return false;
    this.#left -= units;
    return true;
  }

  /** Gives so many back. */
  give(units: number): void {
    this.#left += units;
  }
}

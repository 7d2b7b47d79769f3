/** Whether sandboxes have let programs reach this machine's network, and so this very program. @module */

/** What one of them has sent may arrive when it is gone, so this is never taken back. */
export class NetworkSharers {
  #hasBeen = false;

  /** Whether there has been one. */
  get hasBeen(): boolean {
    return this.#hasBeen;
  }

  /** One has been started. */
  note(): void {
    this.#hasBeen = true;
  }
}

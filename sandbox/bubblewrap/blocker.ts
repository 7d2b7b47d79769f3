/** What keeps sandboxes from being made on a machine: its name, a sentence, and what to do. @module */

/** Names of obstacles; programs match on them. */
export type BlockerCause =
  /** Not a system on which bubblewrap runs. */
  | "notLinux"
  /** The Windows Subsystem for Linux without a Linux kernel. */
  | "wsl1"
  /** Programs are started by means that cannot pass descriptors on. */
  | "portableSpawner"
  /** No bubblewrap, or none that may be trusted. */
  | "noBubblewrap"
  /** The only one is where the command could change it. */
  | "changeableBubblewrap"
  /** It lacks options that are needed. */
  | "oldBubblewrap"
  /** It did not answer in time. */
  | "silentBubblewrap"
  /** It does not do what bubblewrap does. */
  | "strangeBubblewrap"
  /** User namespaces are turned off, or used up. */
  | "userNamespaces"
  /** A filter around this program, such as a container's, forbids namespaces. */
  | "filteredNamespaces"
  /** AppArmor takes away what namespaces give. */
  | "appArmor"
  /** Root's rights have been cut such that it cannot map users. */
  | "missingCapability"
  /** System call filters are refused. */
  | "noFilters"
  /** Parts of `/proc` are hidden, so that it cannot be mounted anew. */
  | "maskedProc"
  /** Nothing may be mounted. */
  | "noMounts"
  /** Files in memory cannot be made or executed. */
  | "memoryFiles"
  /** Something that nobody has seen yet. */
  | "unknown";

/** What is in the way. */
export interface Blocker {
  /** Its name. */
  readonly cause: BlockerCause;
  /** What is wrong, as a part of a sentence. */
  readonly sentence: string;
  /** What to do about it, as the next part. */
  readonly remedy: string;
}

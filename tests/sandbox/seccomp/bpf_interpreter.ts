/** Runs classic BPF as the kernel would, on a system call that is only described. @module */

/** A system call as a filter sees it: struct seccomp_data. */
export interface CallFacts {
  /** AUDIT_ARCH_* of the code that makes the call. */
  readonly audit: number;
  readonly number: number;
  /** Registers, 64 bits each; those left out hold 0. */
  readonly args: readonly bigint[];
}

/** What happens to the call. Numbers a filter may not return are in the text, for a test to show. */
export type Verdict = "allow" | "kill" | "EPERM" | "ENOSYS" | `other ${string}`;

const AND = 0x54;

/**
 * The verdict of `filter` on `call`.
 * @throws {Error} when the kernel would not take the program: a jump out of it, an odd load, no end
 */
export function verdictOf(filter: Uint8Array, call: CallFacts): Verdict {
  const program = new DataView(filter.buffer, filter.byteOffset, filter.byteLength);
  const data = seccompData(call);
  let accumulator = 0;
  for (let index = 0; index < filter.length / 8; index += 1) {
    const at = index * 8;
    const value = program.getUint32(at + 4, true);
    const jump = (holds: boolean) => program.getUint8(at + (holds ? 2 : 3));
    switch (program.getUint16(at, true)) {
      case 0x20:
        if (value % 4 !== 0) throw new Error(`Instruction ${index} loads from offset ${value}`);
        accumulator = data.getUint32(value, true);
        break;
      case AND:
        accumulator = (accumulator & value) >>> 0;
        break;
      case 0x05:
        index += value;
        break;
      case 0x15:
        index += jump(accumulator === value);
        break;
      case 0x35:
        index += jump(accumulator >= value);
        break;
      case 0x06:
        return verdict(value);
      default:
        throw new Error(`Instruction ${index} has an unknown code`);
    }
  }
  throw new Error("The program ran past its end");
}

function seccompData({ audit, number, args }: CallFacts): DataView {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, number, true);
  data.setUint32(4, audit, true);
  args.forEach((value, index) => data.setBigUint64(16 + 8 * index, value, true));
  return data;
}

function verdict(value: number): Verdict {
  switch (value) {
    case 0x7fff_0000:
      return "allow";
    case 0x8000_0000:
      return "kill";
    case 0x0005_0001:
      return "EPERM";
    case 0x0005_0026:
      return "ENOSYS";
    default:
      return `other ${value.toString(16)}`;
  }
}
